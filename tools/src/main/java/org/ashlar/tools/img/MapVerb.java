package org.ashlar.tools.img;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.ChainExtent;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** {@code map}: prints where an image's data lie. */
final class MapVerb implements Verb {

    @Override
    public int run(List<String> args, Terminal terminal)
            throws ToolFailure, IOException, WrongOption {
        Getopt options =
                new Getopt(
                        args,
                        "f:s:l:hU",
                        "help=h",
                        "format:=f",
                        "output:",
                        "object:",
                        "image-opts",
                        "force-share=U",
                        "start-offset:=s",
                        "max-length:=l");
        CommonOptions common = new CommonOptions();
        long start = 0;
        long most = Long.MAX_VALUE;
        while (options.next()) {
            switch (options.option()) {
                case "s" -> start = CommonOptions.size("start offset", options.argument());
                case "l" -> most = CommonOptions.size("max length", options.argument());
                default -> common.take(options);
            }
        }
        String file = CommonOptions.onlyFile(options.operands());
        common.check();
        try (Session session = Session.start(terminal)) {
            Disk disk =
                    CommonOptions.open(
                            session, common.image(file), Access.READ.sharing(common.forceShare()));
            MapPrinter printer =
                    common.json()
                            ? MapPrinter.json(terminal.out())
                            : MapPrinter.human(terminal.out(), session::fileNameOf);
            printer.begin();
            walk(disk, start, most, printer);
            printer.end();
        }
        return 0;
    }

    /** Joins extents that follow one another before they are printed. */
    private static void walk(Disk disk, long start, long most, MapPrinter printer)
            throws ToolFailure, IOException {
        long length = disk.lane().length();
        long end = most < length - start ? start + most : length;
        MapEntry entry = MapEntry.nothingAt(start);
        while (entry.end() < end) {
            ChainExtent extent;
            try {
                extent = disk.lane().extentAt(entry.end(), end - entry.end());
            } catch (IOException failed) {
                throw ToolFailure.of("Failed to read image metadata: " + failed.getMessage());
            }
            MapEntry next = new MapEntry(entry.end(), extent);
            if (entry.length() > 0 && entry.goesOnIn(next)) {
                entry = entry.with(next);
            } else {
                printer.entry(entry, false);
                entry = next;
            }
        }
        printer.entry(entry, true);
    }
}
