package org.ashlar.bench.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.ashlar.bench.nbd.Load.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Servers that nobody here wrote, started, loaded and told. */
class ServerTest {
    @TempDir Path folder;

    @Test
    void requests_toTwoServers_areComparedInBothQuantities() throws Exception {
        try (Server one = memory("one");
                Server other = memory("other")) {
            Requests requests =
                    new Requests(Operation.READ, 4096, 4, new Requests.First(0.001, 1000));
            Effort effort = new Effort(2, Duration.ofMillis(100), Duration.ofMillis(10), 1L << 20);
            List<Verdict> verdicts = requests.compare(List.of(one, other), List.of(), effort);
            assertEquals(List.of("other", "other"), verdicts.stream().map(Verdict::peer).toList());
            assertTrue(verdicts.getFirst().ours() > 0);
            assertTrue(verdicts.getFirst().ratio().min() > 0);
        }
    }

    private Server memory(String program) throws IOException {
        Path socket = folder.resolve(program);
        return Server.start(
                program, List.of("nbdkit", "-f", "-U", socket.toString(), "memory", "1M"), socket);
    }

    @Test
    void start_ofWhatEndsAtOnce_saysWhatItSaid() {
        Path socket = folder.resolve("s");
        IOException failure =
                assertThrows(
                        IOException.class,
                        () -> Server.start("x", List.of("cat", "/no/such/file"), socket));
        assertTrue(failure.getMessage().contains("No such file"), failure.getMessage());
    }

    @Test
    void daemon_isTakenAnImageAndStreamedInto_byItsMonitor() throws Exception {
        try (Inputs inputs = new Inputs(folder)) {
            Programs programs = new Programs(folder, java.util.Optional.empty(), inputs.folder());
            Path base = inputs.allocated(1 << 20);
            Path overlay = inputs.overlay("overlay.qcow2", base, 1 << 20);
            try (Programs.Told daemon = programs.peerTold()) {
                try (FreshImage image = FreshImage.add(daemon, overlay, false)) {
                    image.export();
                    new Requests(Operation.READ, 4096, 2, Requests.First.rate(1))
                            .warmUp(daemon.server(), Duration.ofMillis(20));
                    image.stream();
                }
                assertTrue(ProcessFacts.statusKib(daemon.server().pid(), "VmRSS") > 0);
            }
            Commands.run("qemu-img", "compare", base.toString(), overlay.toString());
            String info = Commands.run("qemu-img", "info", overlay.toString());
            assertFalse(info.contains("backing file"), info);
        }
    }
}
