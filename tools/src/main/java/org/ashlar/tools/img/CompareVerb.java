package org.ashlar.tools.img;

import java.io.IOException;
import java.util.List;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.CacheMode;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.ImageName;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;
import org.ashlar.tools.text.Progress;

/** {@code compare}: tells whether two images read the same. */
final class CompareVerb implements Verb {
    private static final int WRONG = 2;

    @Override
    public int run(List<String> args, Terminal terminal)
            throws ToolFailure, IOException, WrongOption {
        Getopt options =
                new Getopt(args, "hf:F:T:pqsU", "help=h", "object:", "image-opts", "force-share=U");
        CommonOptions common = new CommonOptions();
        String secondFormat = "";
        String cacheName = "writeback";
        boolean progress = false;
        boolean strict = false;
        while (options.next()) {
            switch (options.option()) {
                case "F" -> secondFormat = options.argument();
                case "T" -> cacheName = options.argument();
                case "p" -> progress = true;
                case "s" -> strict = true;
                default -> common.take(options);
            }
        }
        if (options.operands().size() != 2) {
            throw ToolFailure.usage("Expecting two image file names");
        }
        CacheMode cache = cache(cacheName);
        Access access = Access.READ.with(cache).sharing(common.forceShare());
        Progress shown = new Progress(terminal.out(), progress && !common.quiet(), 2);
        try (Session session = Session.start(terminal)) {
            Disk first =
                    CommonOptions.open(
                            session, common.image(options.operands().get(0)), access, WRONG);
            ImageName other =
                    new ImageName(options.operands().get(1), secondFormat, common.imageOpts());
            Disk second = CommonOptions.open(session, other, access, WRONG);
            Comparison comparison = new Comparison(first, second, strict, shown);
            int code = comparison.run(common.quiet() ? _ -> {} : terminal::line);
            return code;
        } finally {
            shown.end();
        }
    }

    private static CacheMode cache(String name) throws ToolFailure {
        return CacheMode.of(name)
                .orElseThrow(() -> ToolFailure.of(WRONG, "Invalid source cache option: " + name));
    }
}
