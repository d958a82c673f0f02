package org.ashlar.bench.compare;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.ashlar.bench.nbd.NbdUri;

/** A program that serves, in a process of its own, until it is closed. Confined to one thread. */
final class Server implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String program;
    private final Process process;
    private final Path socket;
    private final Path log;

    private Server(String program, Process process, Path socket, Path log) {
        this.program = program;
        this.process = process;
        this.socket = socket;
        this.log = log;
    }

    /**
     * Starts a daemon and returns once it is ready. It listens before its exports are there; what
     * it writes last is its {@code pidFile}.
     */
    static Server startDaemon(String program, List<String> command, Path socket)
            throws IOException {
        Path pidFile = Path.of(socket + ".pid");
        List<String> words = new ArrayList<>(command);
        words.addAll(List.of("--pidfile", pidFile.toString()));
        Server server = start(program, words, socket);
        try {
            server.await(() -> Files.exists(pidFile));
            return server;
        } catch (IOException failure) {
            server.close();
            throw failure;
        }
    }

    /** Starts a command and returns once it listens at {@code socket}. */
    static Server start(String program, List<String> command, Path socket) throws IOException {
        Path log = Path.of(socket + ".log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        Server server = new Server(program, process, socket, log);
        try {
            server.await(server::isListening);
            return server;
        } catch (IOException failure) {
            server.close();
            throw failure;
        }
    }

    private void await(BooleanSupplier ready) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!ready.getAsBoolean()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new IOException(
                        program + " does not serve: " + Files.readString(log).strip());
            }
            LockSupport.parkNanos(5_000_000);
        }
    }

    private boolean isListening() {
        if (Files.notExists(socket)) {
            return false;
        }
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Returns an error that says what the program did, and what it last said itself. */
    IOException failed(String what) throws IOException {
        String end = "";
        if (!process.isAlive()) {
            end = " (it has ended with status " + process.exitValue() + ")";
        }
        List<String> lines =
                Files.readAllLines(log).stream().filter(line -> !line.startsWith("\tat ")).toList();
        List<String> last = lines.subList(Math.max(0, lines.size() - 5), lines.size());
        return new IOException(program + " " + what + end + ": " + String.join(" | ", last));
    }

    String program() {
        return program;
    }

    long pid() {
        return process.pid();
    }

    /** Returns the address of an export. */
    NbdUri export(String name) {
        return NbdUri.parse("nbd+unix:///" + name + "?socket=" + socket);
    }

    /** Returns the user and system time it has taken so far, in microseconds. */
    long cpuMicros() throws IOException {
        return ProcessFacts.cpuMicros(pid());
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stray) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
