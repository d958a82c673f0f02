package org.ashlar.bench.compare;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.ashlar.bench.compare.Programs.Image;
import org.ashlar.bench.nbd.Load.Operation;

/**
 * How much memory a daemon takes that serves one image: idle, or after random reads all over 1 TiB
 * with all metadata. Immutable.
 */
record Memory(String name, boolean reads, double limitMib) implements Workload {
    private static final Duration READING = Duration.ofSeconds(5);
    private static final Duration SETTLING = Duration.ofSeconds(1);

    @Override
    public List<Verdict> run(Bench bench) throws Exception {
        Path file = reads ? huge(bench) : bench.inputs().allocated(bench.effort().imageBytes());
        Image image = new Image(file, "qcow2", false);
        Figures anonymous = new Figures(Quantity.limited("MiB anon", limitMib));
        Figures resident = new Figures(Quantity.cost("MiB RSS"));
        int rounds = reads ? 1 : bench.effort().longRounds();
        for (int round = 0; round < rounds; round++) {
            for (boolean ours : new boolean[] {true, false}) {
                try (Server server =
                        ours
                                ? bench.programs().ashlar(image)
                                : bench.programs().storageDaemon(image)) {
                    use(server);
                    anonymous.add(server.program(), mib(server, "RssAnon"));
                    resident.add(server.program(), mib(server, "VmRSS"));
                }
            }
        }
        return List.of(anonymous.verdict(), resident.verdict());
    }

    private void use(Server server) throws Exception {
        if (reads) {
            new Requests(Operation.READ, 4096, 16, Requests.First.rate(1)).warmUp(server, READING);
        }
        LockSupport.parkNanos(SETTLING.toNanos());
    }

    private static double mib(Server server, String key) throws Exception {
        return ProcessFacts.statusKib(server.pid(), key) / 1024.0;
    }

    private static Path huge(Bench bench) throws Exception {
        Path file = bench.inputs().folder().resolve("huge.qcow2");
        if (Files.notExists(file)) {
            Commands.run(
                    "qemu-img",
                    "create",
                    "-q",
                    "-f",
                    "qcow2",
                    "-o",
                    "preallocation=metadata",
                    file.toString(),
                    "1T");
        }
        return file;
    }
}
