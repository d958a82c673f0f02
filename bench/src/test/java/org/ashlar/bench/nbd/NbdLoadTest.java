package org.ashlar.bench.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The load client against a server that nobody here wrote. */
final class NbdLoadTest {

    @TempDir Path folder;

    @Test
    void run_loadsNbdkitWithEachOperation() throws Exception {
        Path socket = folder.resolve("s");
        Process server =
                new ProcessBuilder("nbdkit", "-f", "-U", socket.toString(), "memory", "8M")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        try {
            awaitSocket(server, socket);
            NbdUri uri = NbdUri.parse("nbd+unix:///?socket=" + socket);
            for (Load.Operation operation : Load.Operation.values()) {
                for (int blockSize : new int[] {512, 4096, 2 << 20}) {
                    Load load = new Load(uri, operation, blockSize, 4, Duration.ofMillis(50), 7);
                    String json = NbdLoad.run(load, 2);
                    Matcher requests = Pattern.compile("\"requests\": (\\d+)").matcher(json);
                    assertTrue(requests.find() && Long.parseLong(requests.group(1)) >= 8, json);
                }
            }
        } finally {
            server.destroy();
            server.waitFor();
        }
    }

    @Test
    void uri_isTakenApart() {
        NbdUri tcp = NbdUri.parse("nbd://127.0.0.1:99/disk");
        assertEquals(new InetSocketAddress(InetAddress.getLoopbackAddress(), 99), tcp.address());
        assertEquals("disk", tcp.export());
        assertEquals("", NbdUri.parse("nbd://127.0.0.1").export());
        assertThrows(IllegalArgumentException.class, () -> NbdUri.parse("http://x/"));
        assertThrows(IllegalArgumentException.class, () -> NbdUri.parse("nbd+unix:///x"));
    }

    private static void awaitSocket(Process server, Path socket) throws IOException {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (Files.notExists(socket)) {
            if (!server.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("nbdkit does not serve");
            }
            Thread.onSpinWait();
        }
    }
}
