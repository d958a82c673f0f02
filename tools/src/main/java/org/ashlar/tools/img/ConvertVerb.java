package org.ashlar.tools.img;

import java.io.IOException;
import java.util.List;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.ImageName;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.Getopt.WrongOption;
import org.ashlar.tools.text.Progress;

/** {@code convert}: copies images, one behind the other, into one of any format. */
final class ConvertVerb implements Verb {

    @Override
    public int run(List<String> args, Terminal terminal)
            throws ToolFailure, IOException, WrongOption {
        ConvertOptions options = ConvertOptions.parse(args);
        try (CreatedFiles created = new CreatedFiles(terminal);
                Session session = Session.start(terminal)) {
            if (CreateText.asksForHelp(options.given)) {
                CreateFormat format =
                        CreateFormat.of(ImageCreation.driver(session, options.targetFormat));
                terminal.out().print(format.help(!options.operands.isEmpty()));
                return 0;
            }
            Progress progress =
                    new Progress(terminal.out(), options.progress && !options.common.quiet(), 1);
            try {
                SourceSet sources = SourceSet.open(session, options);
                Disk target = target(session, options, sources.length(), created);
                new Conversion(sources, target, options, progress).run();
                session.close(target);
                created.keep();
                progress.at(100);
            } finally {
                progress.end();
            }
        }
        return 0;
    }

    private static Disk target(
            Session session, ConvertOptions options, long length, CreatedFiles created)
            throws ToolFailure, IOException {
        if (!options.skipCreate) {
            create(
                    ImageCreation.of(session, options.target(), options.targetFormat, created),
                    options,
                    length);
        }
        ImageName name =
                options.targetOptions
                        ? new ImageName(options.target(), "", true)
                        : new ImageName(options.target(), options.targetFormat, false);
        Access access =
                Access.WRITE
                        .with(CommonOptions.cache(options.targetCache, ""))
                        .unmapping(options.minSparse > 0);
        Disk target = CommonOptions.open(session, name, access);
        if (options.compressed && !target.hasClusters()) {
            throw ToolFailure.of("Compression not supported for this file format");
        }
        if (target.lane().length() < length) {
            throw ToolFailure.of("output file is smaller than input file");
        }
        return target;
    }

    private static void create(ImageCreation creation, ConvertOptions options, long length)
            throws ToolFailure {
        creation.values().parse(options.given);
        creation.backing(options.backing, options.backingFormat);
        if (options.backing.isPresent() && options.backingFormat.isEmpty()) {
            throw ToolFailure.of("Use of backing file requires explicit backing format");
        }
        if (options.compressed && creation.format().isPlain()) {
            throw ToolFailure.of("Compression not supported for this file format");
        }
        if (options.compressed
                && !creation.values().text("preallocation").orElse("off").equals("off")) {
            throw ToolFailure.of("Compression and preallocation not supported at the same time");
        }
        creation.values().put("size", length);
        try {
            creation.create();
        } catch (IOException failed) {
            throw ToolFailure.of(
                    options.target()
                            + ": error while converting "
                            + options.targetFormat
                            + ": "
                            + failed.getMessage());
        }
    }
}
