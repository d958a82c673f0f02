package org.ashlar.exports.nbd.internal.session;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Takes the data of an option apart; whatever does not fit is an {@link InvalidException}. Confined
 * to one thread.
 */
final class OptionData {
    private final ByteBuffer data;

    OptionData(ByteBuffer data) {
        this.data = data;
    }

    /** The data are not what the option wants: answered with {@code NBD_REP_ERR_INVALID}. */
    static final class InvalidException extends Exception {
        private static final long serialVersionUID = 1;

        InvalidException(String message) {
            super(message);
        }
    }

    /** Takes 16 bits, unsigned. */
    int unsignedShort() throws InvalidException {
        require(Short.BYTES);
        return data.getShort() & 0xffff;
    }

    /** Takes 32 bits, unsigned. */
    long unsignedInt() throws InvalidException {
        require(Integer.BYTES);
        return data.getInt() & 0xffffffffL;
    }

    /** Takes a string after its length in 32 bits. */
    String string() throws InvalidException {
        return string(unsignedInt());
    }

    /** Takes a string of {@code length} bytes, section "Conventions". */
    String string(long length) throws InvalidException {
        if (length > Wire.MAX_STRING) {
            throw new InvalidException("a string of more than " + Wire.MAX_STRING + " bytes");
        }
        require(length);
        ByteBuffer bytes = data.slice(data.position(), (int) length);
        data.position(data.position() + (int) length);
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            if (text.indexOf('\0') >= 0) {
                throw new InvalidException("a string with a NUL character");
            }
            return text;
        } catch (CharacterCodingException notText) {
            throw new InvalidException("a string that is not UTF-8");
        }
    }

    /** Checks that nothing is left. */
    void end() throws InvalidException {
        if (data.hasRemaining()) {
            throw new InvalidException(data.remaining() + " bytes too many");
        }
    }

    private void require(long bytes) throws InvalidException {
        if (data.remaining() < bytes) {
            throw new InvalidException("the data end too early");
        }
    }
}
