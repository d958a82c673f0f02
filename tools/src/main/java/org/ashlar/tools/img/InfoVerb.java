package org.ashlar.tools.img;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.control.Json;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.ImageName;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** {@code info}: tells what an image is. */
final class InfoVerb implements Verb {

    @Override
    public int run(List<String> args, Terminal terminal)
            throws ToolFailure, IOException, WrongOption {
        Getopt options =
                new Getopt(
                        args,
                        "hf:U",
                        "help=h",
                        "format:=f",
                        "output:",
                        "backing-chain",
                        "object:",
                        "image-opts",
                        "force-share=U");
        CommonOptions common = new CommonOptions();
        boolean chain = false;
        while (options.next()) {
            if (options.option().equals("backing-chain")) {
                chain = true;
            } else {
                common.take(options);
            }
        }
        String file = CommonOptions.onlyFile(options.operands());
        common.check();
        List<ImageFacts> images;
        try (Session session = Session.start(terminal)) {
            images = collect(session, common, file, chain);
        }
        print(images, common.json(), chain, terminal);
        return 0;
    }

    private static List<ImageFacts> collect(
            Session session, CommonOptions common, String file, boolean chain)
            throws ToolFailure, IOException {
        List<ImageFacts> images = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        ImageName next = common.image(file);
        while (true) {
            if (!seen.add(next.text())) {
                throw ToolFailure.of(
                        "Backing file '" + next.text() + "' creates an infinite loop.");
            }
            Disk disk =
                    CommonOptions.open(session, next, Access.INSPECT.sharing(common.forceShare()));
            ImageFacts facts = ImageFacts.of(session, disk);
            session.close(disk);
            images.add(facts);
            if (!chain || facts.backing().isEmpty()) {
                return images;
            }
            ImageReference backing = facts.backing().get();
            next = new ImageName(facts.fullBackingName(), backing.format(), false);
        }
    }

    private static void print(
            List<ImageFacts> images, boolean json, boolean chain, Terminal terminal) {
        if (json && chain) {
            List<Object> all = new ArrayList<>();
            images.forEach(image -> all.add(image.members()));
            terminal.line(Json.printPretty(all));
        } else if (json) {
            terminal.line(Json.printPretty(images.getFirst().members()));
        } else {
            String separator = "";
            for (ImageFacts image : images) {
                terminal.out().print(separator + image.text());
                separator = "\n";
            }
        }
    }
}
