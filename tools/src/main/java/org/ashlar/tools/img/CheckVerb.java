package org.ashlar.tools.img;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.image.Checkable.Repair;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.Getopt;
import org.ashlar.tools.text.Getopt.WrongOption;

/** {@code check}: looks for what is wrong with an image's metadata, and repairs it. */
final class CheckVerb implements Verb {
    private static final int CORRUPT = 2;
    private static final int LEAKS = 3;
    private static final int UNSUPPORTED = 63;

    @Override
    public int run(List<String> args, Terminal terminal)
            throws ToolFailure, IOException, WrongOption {
        Getopt options =
                new Getopt(
                        args,
                        "hf:r:T:qU",
                        "help=h",
                        "format:=f",
                        "repair:=r",
                        "output:",
                        "object:",
                        "image-opts",
                        "force-share=U");
        CommonOptions common = new CommonOptions();
        Repair repair = Repair.NONE;
        String cache = "writeback";
        while (options.next()) {
            switch (options.option()) {
                case "r" -> repair = repair(options.argument());
                case "T" -> cache = options.argument();
                default -> common.take(options);
            }
        }
        String file = CommonOptions.onlyFile(options.operands());
        common.check();
        Access access =
                (repair == Repair.NONE ? Access.READ : Access.WRITE.repairing())
                        .with(CommonOptions.cache(cache, "source "))
                        .sharing(common.forceShare());
        try (Session session = Session.start(terminal)) {
            Disk disk = CommonOptions.open(session, common.image(file), access);
            return check(disk, repair, common, terminal);
        }
    }

    private static Repair repair(String text) throws ToolFailure {
        return switch (text) {
            case "leaks" -> Repair.LEAKS;
            case "all" -> Repair.ALL;
            default ->
                    throw ToolFailure.usage(
                            "Unknown option value for -r (expecting 'leaks' or 'all'): " + text);
        };
    }

    private static int check(Disk disk, Repair repair, CommonOptions common, Terminal terminal)
            throws ToolFailure, IOException {
        CheckResult found = runOnce(disk, repair, terminal);
        CheckReport report = new CheckReport(disk.fileName(), disk.node().driver(), found);
        if (report.isRepaired()) {
            if (!common.quiet() && !common.json()) {
                report.printRepairs(terminal.out());
            }
            report = report.after(runOnce(disk, Repair.NONE, terminal));
        }
        if (!common.quiet()) {
            if (common.json()) {
                report.printJson(terminal.out());
            } else {
                report.printHuman(terminal.out());
            }
        }
        CheckResult left = report.result();
        if (left.corruptions() > 0) {
            return CORRUPT;
        }
        if (left.leaks() > 0) {
            return LEAKS;
        }
        return left.checkErrors() > 0 ? 1 : 0;
    }

    /** Checks; findings go to standard error as they come. */
    private static CheckResult runOnce(Disk disk, Repair repair, Terminal terminal)
            throws ToolFailure, IOException {
        List<String> findings = new ArrayList<>();
        try {
            Optional<CheckResult> result =
                    disk.writingFacet(
                            Checkable.class,
                            (checkable, admission) ->
                                    checkable.check(admission.request(), repair, findings::add));
            return result.orElseThrow(
                    () -> ToolFailure.of(UNSUPPORTED, "This image format does not support checks"));
        } finally {
            for (String finding : findings) {
                terminal.err().print(finding + "\n");
            }
        }
    }
}
