package org.ashlar.tools.io;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers.Buffer;
import org.ashlar.spi.IoFlags;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.Lane;
import org.ashlar.tools.io.IoCommand.BadArgument;
import org.ashlar.tools.text.ErrorText;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** The commands that write. Stateless. */
final class WriteCommands {

    private WriteCommands() {}

    /** {@code write}: one buffer, zeroes, or compressed clusters. */
    static boolean write(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        WriteOptions options = WriteOptions.parse(new Getopt(args, "bcCfnpP:qrs:uz"));
        List<String> operands = options.operands();
        if (operands.size() != 2) {
            return IoCommands.misuse(session, "write");
        }
        options.checkTogether();
        long offset = Arguments.bytes(operands.get(0));
        long length = Arguments.bytes(operands.get(1));
        if (length > Arguments.MAX_REQUEST && !options.has(IoFlags.NO_FALLBACK)) {
            throw new BadArgument(
                    "length cannot exceed "
                            + Arguments.MAX_REQUEST
                            + " without -n, given "
                            + operands.get(1));
        }
        return run(session, "write", new Span(offset, length), options);
    }

    /** {@code writev}: several buffers, one behind the other. */
    static boolean writeVector(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        WriteOptions options = WriteOptions.parse(new Getopt(args, "CfP:qr"));
        if (options.operands().size() < 2) {
            return IoCommands.misuse(session, "writev");
        }
        return run(session, "writev", Span.ofVector(options.operands()), options);
    }

    /** {@code aio_write}: the same beside the commands that follow. */
    static boolean writeBeside(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        WriteOptions options = WriteOptions.parse(new Getopt(args, "CfiP:qruz"));
        List<String> operands = options.operands();
        if (operands.size() < 2) {
            return IoCommands.misuse(session, "aio_write");
        }
        if (options.isZero() && operands.size() != 2) {
            throw new BadArgument("-z supports only a single length parameter");
        }
        if (options.isUnmapAlone()) {
            throw new BadArgument("-u requires -z to be specified");
        }
        if (options.invalid()) {
            session.print("injecting invalid write request\n");
            return true;
        }
        Span span = Span.ofVector(operands);
        Disk disk = session.disk();
        long begun = System.nanoTime();
        session.start(
                "aio_write",
                lane -> {
                    perform(disk, lane, span, options);
                    long nanos = System.nanoTime() - begun;
                    return () -> report(session, span, options, nanos);
                });
        return true;
    }

    private static boolean run(IoSession session, String name, Span span, WriteOptions options)
            throws BadArgument {
        long begun = System.nanoTime();
        try {
            perform(session.disk(), session.disk().lane(), span, options);
        } catch (IOException failed) {
            throw new BadArgument(name + " failed: " + ErrorText.of(failed));
        }
        long nanos = System.nanoTime() - begun;
        session.printOutcomes();
        report(session, span, options, nanos);
        return true;
    }

    private static void report(IoSession session, Span span, WriteOptions options, long nanos) {
        if (!options.quiet()) {
            session.print(
                    Report.of("wrote", span.offset(), span.length(), nanos, options.machine()));
        }
    }

    private static void perform(Disk disk, Lane lane, Span span, WriteOptions options)
            throws IOException {
        span.checkWithin(lane);
        if (options.isZero()) {
            lane.zero(span.offset(), span.length(), options.flags());
            return;
        }
        if (options.has(IoFlags.COMPRESSED)) {
            checkCompressible(disk, lane, span);
        }
        try (Buffer buffer = lane.buffers().acquire(span.length())) {
            options.fill(buffer.segment());
            lane.write(span.offset(), buffer.segment(), options.flags());
        }
    }

    /** Compressed data are written in whole clusters, but for the last one of the image. */
    private static void checkCompressible(Disk disk, Lane lane, Span span) throws IOException {
        if (!disk.compresses()) {
            throw BlockException.unsupported("compression");
        }
        long cluster = disk.node().capabilities().clusterSize();
        boolean toTheEnd = span.offset() + span.length() == lane.length();
        if (span.offset() % cluster != 0 || (span.length() % cluster != 0 && !toTheEnd)) {
            throw BlockException.invalid("compressed data must be whole clusters");
        }
    }
}
