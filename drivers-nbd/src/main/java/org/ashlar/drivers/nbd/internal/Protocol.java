package org.ashlar.drivers.nbd.internal;

import java.nio.charset.StandardCharsets;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;

/** The numbers of the protocol, named as in its document. Stateless. */
final class Protocol {
    static final long INIT_MAGIC = 0x4e42444d41474943L;
    static final long OPTION_MAGIC = 0x49484156454f5054L;
    static final long OLD_STYLE_MAGIC = 0x0000420281861253L;
    static final long OPTION_REPLY_MAGIC = 0x0003e889045565a9L;
    static final int REQUEST_MAGIC = 0x25609513;
    static final int EXTENDED_REQUEST_MAGIC = 0x21e41c71;
    static final int SIMPLE_REPLY_MAGIC = 0x67446698;
    static final int STRUCTURED_REPLY_MAGIC = 0x668e33ef;
    static final int EXTENDED_REPLY_MAGIC = 0x6e8a278c;

    static final int FLAG_FIXED_NEWSTYLE = 1;
    static final int FLAG_NO_ZEROES = 2;

    static final int OPT_EXPORT_NAME = 1;
    static final int OPT_GO = 7;
    static final int OPT_STRUCTURED_REPLY = 8;
    static final int OPT_SET_META_CONTEXT = 10;
    static final int OPT_EXTENDED_HEADERS = 11;

    static final int REP_ACK = 1;
    static final int REP_INFO = 3;
    static final int REP_META_CONTEXT = 4;
    static final int REP_ERR_UNSUP = 0x80000001;
    static final int REP_ERR_POLICY = 0x80000002;
    static final int REP_ERR_TLS_REQD = 0x80000005;
    static final int REP_ERR_UNKNOWN = 0x80000006;

    static final int INFO_EXPORT = 0;
    static final int INFO_BLOCK_SIZE = 3;

    static final int TRANSMIT_HAS_FLAGS = 1;
    static final int TRANSMIT_READ_ONLY = 1 << 1;
    static final int TRANSMIT_FLUSH = 1 << 2;
    static final int TRANSMIT_FUA = 1 << 3;
    static final int TRANSMIT_TRIM = 1 << 5;
    static final int TRANSMIT_WRITE_ZEROES = 1 << 6;
    static final int TRANSMIT_FAST_ZERO = 1 << 11;

    static final int CMD_READ = 0;
    static final int CMD_WRITE = 1;
    static final int CMD_DISC = 2;
    static final int CMD_FLUSH = 3;
    static final int CMD_TRIM = 4;
    static final int CMD_WRITE_ZEROES = 6;
    static final int CMD_BLOCK_STATUS = 7;

    static final int CMD_FLAG_FUA = 1;
    static final int CMD_FLAG_NO_HOLE = 1 << 1;
    static final int CMD_FLAG_REQ_ONE = 1 << 3;
    static final int CMD_FLAG_FAST_ZERO = 1 << 4;
    static final int CMD_FLAG_PAYLOAD_LEN = 1 << 5;

    static final int REPLY_FLAG_DONE = 1;
    static final int REPLY_NONE = 0;
    static final int REPLY_OFFSET_DATA = 1;
    static final int REPLY_OFFSET_HOLE = 2;
    static final int REPLY_BLOCK_STATUS = 5;
    static final int REPLY_BLOCK_STATUS_EXT = 6;
    static final int REPLY_ERROR = 0x8001;
    static final int REPLY_ERROR_OFFSET = 0x8002;
    static final int REPLY_IS_ERROR = 0x8000;

    static final int STATE_HOLE = 1;
    static final int STATE_ZERO = 2;

    /** The longest text the protocol allows. */
    static final int TEXT_MOST = 4096;

    private Protocol() {}

    static void checkText(String option, String text) throws BlockException {
        if (text.getBytes(StandardCharsets.UTF_8).length > TEXT_MOST) {
            throw BlockException.invalid(
                    "Parameter '" + option + "' is longer than " + TEXT_MOST + " bytes");
        }
    }

    static String nameOf(int command) {
        return switch (command) {
            case CMD_READ -> "read";
            case CMD_WRITE -> "write";
            case CMD_FLUSH -> "flush";
            case CMD_TRIM -> "discard";
            case CMD_WRITE_ZEROES -> "zero";
            case CMD_BLOCK_STATUS -> "block status";
            default -> "command " + command;
        };
    }

    /** Returns what an error number of the protocol, which is Linux's, stands for. */
    static Kind kindOf(int error) {
        return switch (error) {
            case 1, 13, 30 -> Kind.NOT_PERMITTED;
            case 22, 75 -> Kind.INVALID;
            case 28 -> Kind.NO_SPACE;
            case 95 -> Kind.UNSUPPORTED;
            case 108 -> Kind.GONE;
            default -> Kind.IO;
        };
    }

    /** Returns the usual text of an error number of the protocol. */
    static String textOf(int error) {
        return switch (error) {
            case 1 -> "Operation not permitted";
            case 5 -> "Input/output error";
            case 12 -> "Cannot allocate memory";
            case 22 -> "Invalid argument";
            case 28 -> "No space left on device";
            case 75 -> "Value too large for defined data type";
            case 95 -> "Operation not supported";
            case 108 -> "Cannot send after transport endpoint shutdown";
            default -> "error " + error;
        };
    }
}
