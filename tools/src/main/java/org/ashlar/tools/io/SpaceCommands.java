package org.ashlar.tools.io;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.Preallocation;
import org.ashlar.tools.image.Lane;
import org.ashlar.tools.io.IoCommand.BadArgument;
import org.ashlar.tools.text.ErrorText;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;
import org.ashlar.tools.text.Preallocations;
import org.ashlar.tools.text.Sizes;

/** The commands about what is allocated and how long the image is. Stateless. */
final class SpaceCommands {
    private static final int DEFAULT_LENGTH = 512;

    private SpaceCommands() {}

    static boolean discard(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        Getopt options = new Getopt(args, "Cq");
        boolean machine = false;
        boolean quiet = false;
        while (options.next()) {
            machine |= options.option().equals("C");
            quiet |= options.option().equals("q");
        }
        List<String> operands = options.operands();
        if (operands.size() != 2) {
            return IoCommands.misuse(session, "discard");
        }
        Span span = new Span(Arguments.bytes(operands.get(0)), Arguments.bytes(operands.get(1)));
        if (span.length() > Arguments.MAX_REQUEST) {
            throw new BadArgument(
                    "length cannot exceed " + Arguments.MAX_REQUEST + ", given " + operands.get(1));
        }
        long begun = System.nanoTime();
        try {
            Lane lane = session.disk().lane();
            span.checkWithin(lane);
            lane.discard(span.offset(), span.length());
        } catch (IOException failed) {
            throw new BadArgument("discard failed: " + ErrorText.of(failed));
        }
        long nanos = System.nanoTime() - begun;
        session.printOutcomes();
        if (!quiet) {
            session.print(Report.of("discard", span.offset(), span.length(), nanos, machine));
        }
        return true;
    }

    static boolean alloc(IoSession session, List<String> args) throws IOException, BadArgument {
        long offset = Arguments.bytes(args.get(0));
        long length = args.size() > 1 ? Arguments.bytes(args.get(1)) : DEFAULT_LENGTH;
        Lane lane = session.disk().lane();
        long end = Math.min(lane.length(), offset + length);
        long allocated = 0;
        for (long at = offset; at < end; ) {
            ChainExtent extent = lane.extentAt(at, end - at);
            allocated += isHere(extent) ? extent.length() : 0;
            at += extent.length();
        }
        session.print(
                allocated
                        + "/"
                        + Math.max(end - offset, 0)
                        + " bytes allocated at offset "
                        + Sizes.threeDecimals(offset)
                        + "\n");
        return true;
    }

    static boolean map(IoSession session, List<String> args) throws IOException {
        Lane lane = session.disk().lane();
        long end = lane.length();
        long begin = 0;
        while (begin < end) {
            boolean here = isHere(lane.extentAt(begin, end - begin));
            long at = begin;
            while (at < end) {
                ChainExtent extent = lane.extentAt(at, end - at);
                if (isHere(extent) != here) {
                    break;
                }
                at += extent.length();
            }
            session.print(
                    describe(at - begin)
                            + " bytes "
                            + (here ? "    allocated" : "not allocated")
                            + " at offset "
                            + describe(begin)
                            + "\n");
            begin = at;
        }
        return true;
    }

    private static String describe(long bytes) {
        return Sizes.threeDecimals(bytes) + " (0x" + Long.toHexString(bytes) + ")";
    }

    /** Returns whether the top layer itself holds the extent. */
    private static boolean isHere(ChainExtent extent) {
        return extent.depth() == 0 && extent.allocated();
    }

    static boolean length(IoSession session, List<String> args) throws IOException {
        session.print(Sizes.threeDecimals(session.disk().lane().length()) + "\n");
        return true;
    }

    static boolean truncate(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        Getopt options = new Getopt(args, "m:");
        Preallocation preallocation = Preallocation.OFF;
        while (options.next()) {
            String mode = options.argument();
            if (Preallocations.of(mode).isEmpty()) {
                session.terminal().error("Invalid preallocation mode '" + mode + "'");
                return false;
            }
            preallocation = Preallocations.of(mode).get();
        }
        if (options.operands().size() != 1) {
            return IoCommands.misuse(session, "truncate");
        }
        long length = Arguments.bytes(options.operands().getFirst());
        session.disk().lane().truncate(length, preallocation);
        return true;
    }
}
