package org.ashlar.tools.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers.Buffer;
import org.ashlar.tools.image.Lane;
import org.ashlar.tools.io.IoCommand.BadArgument;
import org.ashlar.tools.text.ErrorText;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** The commands that read. Stateless. */
final class ReadCommands {

    private ReadCommands() {}

    /** {@code read}: one buffer, of which a part may be verified. */
    static boolean read(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        ReadOptions options = ReadOptions.parse(new Getopt(args, "abCl:pP:qrs:v"));
        List<String> operands = options.operands();
        if (operands.size() != 2 || !options.isRangeUseful()) {
            return IoCommands.misuse(session, "read");
        }
        long offset = Arguments.bytes(operands.get(0));
        long length = Arguments.bytes(operands.get(1));
        if (length > Arguments.MAX_REQUEST) {
            throw new BadArgument(
                    "length cannot exceed " + Arguments.MAX_REQUEST + ", given " + operands.get(1));
        }
        options.checkRange(length);
        return run(session, "read", new Span(offset, length), options);
    }

    /** {@code readv}: several buffers, one behind the other. */
    static boolean readVector(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        ReadOptions options = ReadOptions.parse(new Getopt(args, "CP:qrv"));
        if (options.operands().size() < 2) {
            return IoCommands.misuse(session, "readv");
        }
        Span span = Span.ofVector(options.operands());
        return run(session, "readv", span, options);
    }

    /** {@code aio_read}: the same beside the commands that follow. */
    static boolean readBeside(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        ReadOptions options = ReadOptions.parse(new Getopt(args, "CP:iqrv"));
        if (options.operands().size() < 2) {
            return IoCommands.misuse(session, "aio_read");
        }
        if (options.invalid) {
            session.print("injecting invalid read request\n");
            return true;
        }
        Span span = Span.ofVector(options.operands());
        long begun = System.nanoTime();
        session.start(
                "readv",
                lane -> {
                    Buffer buffer = readInto(lane, span);
                    long nanos = System.nanoTime() - begun;
                    return () -> {
                        try (buffer) {
                            show(session, span, options, buffer.segment(), nanos);
                        }
                    };
                });
        return true;
    }

    private static boolean run(IoSession session, String name, Span span, ReadOptions options)
            throws BadArgument {
        long begun = System.nanoTime();
        try (Buffer buffer = readInto(session.disk().lane(), span)) {
            long nanos = System.nanoTime() - begun;
            session.printOutcomes();
            return show(session, span, options, buffer.segment(), nanos);
        } catch (IOException failed) {
            throw new BadArgument(name + " failed: " + ErrorText.of(failed));
        }
    }

    private static Buffer readInto(Lane lane, Span span) throws IOException {
        span.checkWithin(lane);
        Buffer buffer = lane.buffers().acquire(span.length());
        try {
            lane.read(span.offset(), buffer.segment());
            return buffer;
        } catch (IOException failed) {
            buffer.close();
            throw failed;
        }
    }

    /** Verifies, dumps and reports what was read; returns whether it is what it should be. */
    private static boolean show(
            IoSession session, Span span, ReadOptions options, MemorySegment data, long nanos) {
        boolean right = true;
        if (options.verify) {
            long from = options.from;
            long count = options.count < 0 ? span.length() - from : options.count;
            right = isAll(data.asSlice(from, count), options.pattern);
            if (!right) {
                session.print(
                        "Pattern verification failed at offset "
                                + (span.offset() + from)
                                + ", "
                                + count
                                + " bytes\n");
            }
        }
        if (!options.quiet) {
            if (options.dump) {
                HexDump.print(session.terminal().out(), span.offset(), data);
            }
            session.print(Report.of("read", span.offset(), span.length(), nanos, options.machine));
        }
        return right;
    }

    private static boolean isAll(MemorySegment data, byte value) {
        for (long i = 0; i < data.byteSize(); i++) {
            if (data.get(ValueLayout.JAVA_BYTE, i) != value) {
                return false;
            }
        }
        return true;
    }

    /** The options of the commands that read. Confined to one command. */
    private static final class ReadOptions {
        private List<String> operands = List.of();
        private boolean verify;
        private byte pattern;
        private long from;
        private long count = -1;
        private boolean range;
        private boolean dump;
        private boolean quiet;
        private boolean machine;
        private boolean invalid;

        static ReadOptions parse(Getopt options) throws WrongOption, BadArgument, BlockException {
            ReadOptions parsed = new ReadOptions();
            while (options.next()) {
                parsed.take(options);
            }
            parsed.operands = options.operands();
            return parsed;
        }

        private void take(Getopt options) throws BadArgument, BlockException {
            switch (options.option()) {
                case "C" -> machine = true;
                case "P" -> {
                    verify = true;
                    pattern = Arguments.pattern(options.argument());
                }
                case "b" -> throw BlockException.unsupported("the VM state (-b)");
                case "i" -> invalid = true;
                case "l" -> {
                    count = Arguments.bytes(options.argument());
                    range = true;
                }
                case "q" -> quiet = true;
                case "s" -> {
                    from = Arguments.bytes(options.argument());
                    range = true;
                }
                case "v" -> dump = true;
                default -> {
                    // -a, -p and -r say how the reference gets its buffer
                }
            }
        }

        List<String> operands() {
            return operands;
        }

        boolean isRangeUseful() {
            return verify || !range;
        }

        void checkRange(long length) throws BadArgument {
            long end = from + (count < 0 ? length - from : count);
            if (verify && (end < from || end > length)) {
                throw new BadArgument("pattern verification range exceeds end of read data");
            }
        }
    }
}
