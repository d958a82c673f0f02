package org.ashlar.tools.img;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** {@code create}: makes a new, empty image. */
final class CreateVerb implements Verb {

    @Override
    public int run(List<String> args, Terminal terminal)
            throws ToolFailure, IOException, WrongOption {
        Getopt options = new Getopt(args, "F:b:f:ho:qu", "help=h", "object:");
        CommonOptions common = new CommonOptions();
        Optional<String> backing = Optional.empty();
        Optional<String> backingFormat = Optional.empty();
        String given = "";
        boolean unsafe = false;
        while (options.next()) {
            switch (options.option()) {
                case "F" -> backingFormat = Optional.of(options.argument());
                case "b" -> backing = Optional.of(options.argument());
                case "o" -> given = CreateText.join(given, options.argument());
                case "u" -> unsafe = true;
                default -> common.take(options);
            }
        }
        List<String> operands = options.operands();
        String format = common.format().isEmpty() ? "raw" : common.format();
        try (CreatedFiles created = new CreatedFiles(terminal);
                Session session = Session.start(terminal)) {
            if (CreateText.asksForHelp(given)) {
                CreateFormat known = CreateFormat.of(ImageCreation.driver(session, format));
                terminal.out().print(known.help(!operands.isEmpty()));
                return 0;
            }
            checkOperands(operands);
            long size =
                    operands.size() < 2 ? -1 : CommonOptions.size("image size", operands.get(1));
            try {
                ImageCreation creation =
                        ImageCreation.of(session, operands.getFirst(), format, created);
                creation.values().parse(given);
                creation.backing(backing, backingFormat);
                takeSize(creation, size);
                creation.checkBacking(unsafe);
                if (!common.quiet()) {
                    terminal.line(creation.values().formatting(operands.getFirst()));
                }
                creation.create();
                created.keep();
                return 0;
            } catch (ToolFailure failed) {
                throw failed.about(operands.getFirst());
            } catch (IOException failed) {
                throw ToolFailure.of(operands.getFirst() + ": " + failed.getMessage());
            }
        }
    }

    private static void checkOperands(List<String> operands) throws ToolFailure {
        if (operands.isEmpty()) {
            throw ToolFailure.usage("Expecting image file name");
        }
        if (operands.size() > 2) {
            throw ToolFailure.usage("Unexpected argument: " + operands.get(2));
        }
    }

    private static void takeSize(ImageCreation creation, long size) throws ToolFailure {
        if (size >= 0) {
            if (creation.values().size().isPresent()) {
                throw ToolFailure.of("The image size must be specified only once");
            }
            creation.values().put("size", size);
        }
    }
}
