package org.ashlar.drivers.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.ashlar.spi.option.OptionTree;

/** A server process on a socket in a folder of the test's. Confined to the test. */
final class Server implements AutoCloseable {
    private final Path socket;
    private final List<String> command;

    /** The thread that nbdkit takes for its parent: it must not end before the server. */
    private final ExecutorService parent =
            Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name("parent of a server").factory());

    private Process process;

    private Server(Path socket, List<String> command) {
        this.socket = socket;
        this.command = command;
        this.process = start();
    }

    /** Starts nbdkit; {@code arguments} name filters, plugin and their settings. */
    static Server nbdkit(Path folder, String... arguments) {
        Path socket = folder.resolve("nbdkit.sock");
        List<String> command =
                new ArrayList<>(
                        List.of("nbdkit", "-f", "--exit-with-parent", "-U", socket.toString()));
        command.addAll(List.of(arguments));
        return new Server(socket, command);
    }

    /** Starts qemu-nbd. */
    static Server qemu(Path folder, String... arguments) {
        Path socket = folder.resolve("qemu.sock");
        List<String> command =
                new ArrayList<>(List.of("qemu-nbd", "-t", "-e", "8", "-k", socket.toString()));
        command.addAll(List.of(arguments));
        return new Server(socket, command);
    }

    private Process start() {
        return CompletableFuture.supplyAsync(this::startHere, parent).join();
    }

    private Process startHere() {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it, as a crash of its host would; the socket's name is free afterwards. */
    void kill() throws Exception {
        process.destroyForcibly();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        Files.deleteIfExists(socket);
    }

    /** Starts it again after it was killed. */
    void startAgain() {
        process = start();
    }

    /** Sends it a signal, such as STOP. */
    void signal(String name) throws Exception {
        run("kill", "-" + name, Long.toString(process.pid()));
    }

    /** Returns options that open it, waiting for it to listen. */
    OptionTree options(Map<String, String> more) {
        Map<String, String> options = new HashMap<>(more);
        options.put("server.type", "unix");
        options.put("server.path", socket.toString());
        options.putIfAbsent("open-timeout", "20");
        return OptionTree.dotted(options);
    }

    OptionTree options() {
        return options(Map.of());
    }

    /** Returns the name by which QEMU's tools open it. */
    String uri() {
        return "nbd+unix:///?socket=" + socket;
    }

    /** Runs a program to its end and returns what it printed. */
    static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String printed =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertTrue(process.exitValue() == 0, () -> List.of(command) + ": " + printed);
        return printed;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        parent.shutdown();
    }
}
