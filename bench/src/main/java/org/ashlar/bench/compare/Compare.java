package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares Ashlar with qemu-nbd, qemu-storage-daemon, qemu-img and nbdkit. Stateless.
 *
 * <p>Arguments: {@code --quick} for fewer and shorter rounds, {@code --awake} to keep the
 * processors from falling asleep, {@code --list}, {@code --against FOLDER} to compare servers with
 * another build of Ashlar alone, and names of workloads or beginnings of them; all without any. The
 * product is in the folder of the property {@code ashlar.home}; images are made in that of {@code
 * ashlar.bench.folder}, which should be on a disk and needs about 20 GiB.
 */
public final class Compare {
    private static final String NAME = "%-22s ";

    private Compare() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        List<String> names = new ArrayList<>(List.of(args));
        boolean quick = names.remove("--quick");
        boolean awake = names.remove("--awake");
        if (names.remove("--list")) {
            Workloads.all().forEach(each -> System.out.println(each.name()));
            return;
        }
        Optional<Path> other = takeOther(names);
        List<Workload> chosen = chosen(names);
        Path home = Path.of(System.getProperty("ashlar.home")).toAbsolutePath();
        Path parent =
                Path.of(
                        System.getProperty(
                                "ashlar.bench.folder", System.getProperty("java.io.tmpdir")));
        try (Inputs inputs = new Inputs(parent);
                WakeUps wakeUps = new WakeUps()) {
            Runtime.getRuntime().addShutdownHook(cleaner(inputs));
            Programs programs = new Programs(home, other, inputs.folder());
            Bench bench = new Bench(programs, inputs, quick ? Effort.QUICK : Effort.FULL);
            rehearse(programs);
            System.out.println(programs.describe());
            if (awake) {
                wakeUps.keepAwake();
            }
            System.out.printf(
                    "a byte to another thread and back takes %.1f us%s%n",
                    WakeUps.roundTripMicros(inputs.folder()),
                    awake ? ", with the processors kept awake" : "");
            System.out.printf(NAME + "%s%n", "workload", Verdict.heading());
            boolean failed = false;
            for (Workload each : chosen) {
                failed |= !run(each, bench);
            }
            System.out.println("load at the end " + Programs.load());
            if (failed) {
                throw new IOException("some workloads could not be run");
            }
        }
    }

    /** Ends the servers and removes the images also when the comparison is ended from outside. */
    private static Thread cleaner(Inputs inputs) {
        return Thread.ofPlatform()
                .name("bench-cleaner")
                .unstarted(() -> {
                    ProcessHandle.current().children().forEach(ProcessHandle::destroy);
                    try {
                        inputs.close();
                    } catch (IOException failure) {
                        System.err.println("images are left in " + inputs.folder());
                    }
                });
    }

    private static Optional<Path> takeOther(List<String> arguments) {
        int at = arguments.indexOf("--against");
        if (at < 0) {
            return Optional.empty();
        }
        arguments.remove(at);
        return Optional.of(Path.of(arguments.remove(at)).toAbsolutePath());
    }

    /** Makes the ahead-of-time caches now, rather than beside the first workload. */
    private static void rehearse(Programs programs) {
        try {
            Commands.run(programs.ashlar(), "rehearse");
        } catch (IOException failure) {
            System.out.println("short commands run without a cache: " + failure.getMessage());
        }
    }

    private static List<Workload> chosen(List<String> names) {
        List<Workload> all = Workloads.all();
        for (String name : names) {
            if (all.stream().noneMatch(each -> each.name().startsWith(name))) {
                throw new IllegalArgumentException("no workload " + name + "; see --list");
            }
        }
        return all.stream()
                .filter(each -> names.isEmpty() || names.stream().anyMatch(each.name()::startsWith))
                .toList();
    }

    /** Returns false if the workload could not be run. */
    private static boolean run(Workload workload, Bench bench) {
        try {
            for (Verdict verdict : workload.run(bench)) {
                System.out.printf(NAME + "%s%n", workload.name(), verdict);
            }
            return true;
        } catch (Exception failure) {
            System.out.printf(NAME + "FAILED: %s%n", workload.name(), failure.getMessage());
            return false;
        }
    }
}
