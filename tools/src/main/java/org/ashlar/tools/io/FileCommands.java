package org.ashlar.tools.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.ImageName;
import org.ashlar.tools.io.IoCommand.BadArgument;
import org.ashlar.tools.text.FormatSpecific;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;
import org.ashlar.tools.text.Sizes;

/** The commands about the image as a whole, and about time. Stateless. */
final class FileCommands {

    private FileCommands() {}

    static boolean open(IoSession session, List<String> args)
            throws IOException, WrongOption, BadArgument {
        OpenFlags flags = new OpenFlags();
        Getopt options = new Getopt(args, "snCro:ki:t:d:U");
        List<String> given = new ArrayList<>();
        while (options.next()) {
            if (options.option().equals("o")) {
                given.add(withoutLastComma(options.argument()));
            } else if (!flags.take(options, session.terminal())) {
                return false;
            }
        }
        List<String> operands = options.operands();
        if (operands.size() > 1) {
            return IoCommands.misuse(session, "open");
        }
        Optional<String> name = operands.stream().findFirst();
        ImageName image =
                given.isEmpty() && name.isPresent()
                        ? ImageName.file(name.get())
                        : ImageName.options(String.join(",", given), name);
        return open(session, flags, image, name);
    }

    /** Options may be followed by nothing, but for a comma of a value. */
    private static String withoutLastComma(String text) {
        return text.endsWith(",") && !text.endsWith(",,")
                ? text.substring(0, text.length() - 1)
                : text;
    }

    /** Opens the file and prints what goes wrong. */
    static boolean open(
            IoSession session, OpenFlags flags, ImageName image, Optional<String> name) {
        if (session.isOpen()) {
            session.terminal().error("file open already, try 'help close'");
            return false;
        }
        try {
            flags.check();
            session.open(image, flags.access());
            return true;
        } catch (IOException failed) {
            session.terminal()
                    .error(
                            "can't open"
                                    + name.map(text -> " device " + text).orElse("")
                                    + ": "
                                    + failed.getMessage());
            return false;
        }
    }

    static boolean close(IoSession session, List<String> args) throws IOException {
        session.closeImage();
        return true;
    }

    static boolean flush(IoSession session, List<String> args) throws IOException {
        session.disk().lane().flush();
        return true;
    }

    static boolean flushBeside(IoSession session, List<String> args) {
        session.awaitAll();
        return true;
    }

    static boolean info(IoSession session, List<String> args) throws IOException {
        Disk disk = session.disk();
        Optional<Long> clusterSize =
                disk.facet(ImageInfo.class, (info, admission) -> info.clusterSize());
        Map<String, Object> specific =
                disk.facet(
                                ImageInfo.class,
                                (info, admission) -> info.formatSpecific(admission.request()))
                        .orElse(Map.of());
        StringBuilder text = new StringBuilder();
        text.append("format name: ").append(disk.node().driver()).append('\n');
        text.append("cluster size: ");
        text.append(Sizes.threeDecimals(clusterSize.orElse(0L))).append('\n');
        text.append("vm state offset: ");
        text.append(Sizes.threeDecimals(vmStateOffset(disk, clusterSize.orElse(0L), specific)));
        text.append('\n');
        if (!specific.isEmpty()) {
            text.append("Format specific information:\n");
            FormatSpecific.append(text, specific, 1);
        }
        session.print(text.toString());
        return true;
    }

    /** A qcow2 image keeps the VM state behind what the L1 table's last entry in use maps. */
    private static long vmStateOffset(Disk disk, long cluster, Map<String, Object> specific)
            throws IOException {
        if (!disk.node().driver().equals("qcow2")) {
            return 0;
        }
        int entry = Boolean.TRUE.equals(specific.get("extended-l2")) ? 16 : 8;
        long perEntry = cluster / entry * cluster;
        return (disk.lane().length() + perEntry - 1) / perEntry * perEntry;
    }

    static boolean sleep(IoSession session, List<String> args) throws BadArgument {
        long millis;
        try {
            millis = Long.decode(args.getFirst());
        } catch (NumberFormatException notANumber) {
            millis = -1;
        }
        if (millis < 0) {
            throw new BadArgument(args.getFirst() + " is not a valid number");
        }
        session.terminal().flush();
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        for (long rest = millis; rest > 0; rest = end - System.nanoTime()) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        session.printOutcomes();
        return true;
    }

    static boolean quit(IoSession session, List<String> args) {
        session.end();
        return true;
    }
}
