package org.ashlar.tools.img;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.Preallocation;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;
import org.ashlar.tools.text.Preallocations;
import org.ashlar.tools.text.Sizes;

/** {@code resize}: changes the length of an image. */
final class ResizeVerb implements Verb {

    @Override
    public int run(List<String> args, Terminal terminal)
            throws ToolFailure, IOException, WrongOption {
        // The size comes last and may begin with a minus sign, so it is taken off first.
        if (args.size() < 2) {
            throw ToolFailure.usage("Not enough arguments");
        }
        String size = args.getLast();
        Getopt options =
                new Getopt(
                        args.subList(0, args.size() - 1),
                        "f:hq",
                        "help=h",
                        "object:",
                        "image-opts",
                        "preallocation:",
                        "shrink");
        CommonOptions common = new CommonOptions();
        Preallocation preallocation = Preallocation.OFF;
        boolean shrink = false;
        while (options.next()) {
            switch (options.option()) {
                case "preallocation" -> preallocation = preallocation(options.argument());
                case "shrink" -> shrink = true;
                default -> common.take(options);
            }
        }
        common.check();
        if (options.operands().size() != 1) {
            throw ToolFailure.usage("Expecting image file name and size");
        }
        Change change = Change.parse(size);
        try (Session session = Session.start(terminal)) {
            Disk disk =
                    CommonOptions.open(
                            session, common.image(options.operands().getFirst()), Access.WRITE);
            long now = disk.lane().length();
            long length = change.apply(now);
            check(now, length, shrink, preallocation);
            disk.lane().truncate(length, preallocation);
        }
        if (!common.quiet()) {
            terminal.line("Image resized.");
        }
        return 0;
    }

    private static Preallocation preallocation(String text) throws ToolFailure {
        return Preallocations.of(text)
                .orElseThrow(() -> ToolFailure.of("Invalid preallocation mode '" + text + "'"));
    }

    private static void check(long now, long length, boolean shrink, Preallocation preallocation)
            throws ToolFailure {
        if (length <= 0) {
            throw ToolFailure.of("New image size must be positive");
        }
        if (length <= now && preallocation != Preallocation.OFF) {
            throw ToolFailure.of("Preallocation can only be used for growing images");
        }
        if (length < now && !shrink) {
            throw ToolFailure.of(
                    "Use the --shrink option to perform a shrink operation.",
                    "warning: Shrinking an image will delete all data beyond the shrunken image's"
                            + " end. Before performing such an operation, make sure there is no"
                            + " important data there.");
        }
    }

    /**
     * What is to become of the length. Immutable.
     *
     * @param sign 1 to add, -1 to take away, 0 to set
     * @param bytes by how much, or to what
     */
    private record Change(int sign, long bytes) {

        static Change parse(String text) throws ToolFailure {
            int sign = text.startsWith("+") ? 1 : text.startsWith("-") ? -1 : 0;
            String digits = sign == 0 ? text : text.substring(1);
            try {
                return new Change(sign, Sizes.parse(digits));
            } catch (NumberFormatException | ArithmeticException wrong) {
                throw ToolFailure.of(Preallocations.wrongSize("size"));
            }
        }

        long apply(long now) {
            return sign == 0 ? bytes : now + sign * bytes;
        }
    }
}
