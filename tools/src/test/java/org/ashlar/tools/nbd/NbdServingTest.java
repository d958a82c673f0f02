package org.ashlar.tools.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.daemon.Lifetime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code nbd} serves the reference's clients read, and its end is clean. */
class NbdServingTest {
    private static final int LIMIT_SECONDS = 60;

    @TempDir Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Lifetime lifetime = new Lifetime();
    private String image = "";
    private String socket = "";

    @BeforeEach
    void makeImage() throws Exception {
        image = folder.resolve("a.qcow2").toString();
        socket = folder.resolve("s").toString();
        reference("qemu-img", "create", "-q", "-f", "qcow2", image, "10M");
        reference("qemu-io", "-c", "write -P 5 1M 64k", image);
    }

    private Terminal terminal() {
        return new Terminal(
                "qemu-nbd",
                InputStream.nullInputStream(),
                new PrintStream(out, true, UTF_8),
                new PrintStream(err, true, UTF_8));
    }

    /** Starts to serve; returns once the pid file says that clients may come. */
    private CompletableFuture<Integer> serve(String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of("-k", socket, "--pid-file=" + folder + "/pid"));
        all.addAll(List.of(args));
        try (WatchService watch = folder.getFileSystem().newWatchService()) {
            folder.register(watch, StandardWatchEventKinds.ENTRY_CREATE);
            CompletableFuture<Integer> end =
                    CompletableFuture.supplyAsync(
                            () -> new NbdTool(() -> lifetime).run(all, terminal()),
                            task -> Thread.ofVirtual().name("nbd").start(task));
            while (!Files.exists(folder.resolve("pid")) && !end.isDone()) {
                var key = watch.poll(LIMIT_SECONDS, TimeUnit.SECONDS);
                assertTrue(key != null, "it does not start: " + err);
                key.pollEvents();
                key.reset();
            }
            return end;
        }
    }

    private static String reference(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertTrue(process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    private String uri(String export) {
        return "nbd+unix:///" + export + "?socket=" + socket;
    }

    @Test
    void serve_withoutPersistent_endsWithItsLastClient() throws Exception {
        CompletableFuture<Integer> end = serve("-f", "qcow2", image);

        reference("qemu-io", "-f", "raw", "-c", "read -P 5 1M 64k", uri(""));

        assertEquals(0, end.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        assertFalse(Files.exists(Path.of(socket)));
        assertEquals("", err.toString(UTF_8));
    }

    @Test
    void serve_persistent_takesClientsUntilAskedToEnd() throws Exception {
        CompletableFuture<Integer> end = serve("-t", "-f", "qcow2", "-x", "disk", image);

        reference("qemu-io", "-f", "raw", "-c", "write -P 6 2M 64k", uri("disk"));
        reference("qemu-io", "-f", "raw", "-c", "read -P 6 2M 64k", uri("disk"));
        assertFalse(end.isDone());
        lifetime.requestEnd();

        assertEquals(0, end.get(LIMIT_SECONDS, TimeUnit.SECONDS));
        reference("qemu-io", "-c", "read -P 6 2M 64k", image);
        reference("qemu-img", "check", image);
    }

    @Test
    void serve_readOnly_refusesWrites() throws Exception {
        CompletableFuture<Integer> end = serve("-t", "-r", "-f", "qcow2", image);

        String listed = reference("qemu-nbd", "-L", "-k", socket);
        assertTrue(listed.contains("readonly"), listed);
        lifetime.requestEnd();

        assertEquals(0, end.get(LIMIT_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void serve_offset_showsWhatLiesBehindIt() throws Exception {
        CompletableFuture<Integer> end = serve("-f", "qcow2", "-o", "1048576", image);

        reference("qemu-io", "-f", "raw", "-c", "read -P 5 0 64k", uri(""));

        assertEquals(0, end.get(LIMIT_SECONDS, TimeUnit.SECONDS));
    }

    @Test
    void list_ofTheReferencesServer_isTheReferencesList() throws Exception {
        Process server =
                new ProcessBuilder(
                                "qemu-nbd",
                                "-t",
                                "-A",
                                "-f",
                                "qcow2",
                                "-k",
                                socket,
                                "-x",
                                "disk",
                                "-D",
                                "a disk",
                                "-e",
                                "3",
                                "--fork",
                                "--pid-file=" + folder + "/pid",
                                image)
                        .start();
        assertTrue(server.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS));
        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
        try {
            String expected = reference("qemu-nbd", "-L", "-k", socket);

            assertEquals(
                    0, new NbdTool(() -> lifetime).run(List.of("-L", "-k", socket), terminal()));
            assertEquals(expected, out.toString(UTF_8));
        } finally {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroy);
        }
    }
}
