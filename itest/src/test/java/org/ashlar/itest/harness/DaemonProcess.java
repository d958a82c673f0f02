package org.ashlar.itest.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A storage daemon with a monitor and an NBD server on unix sockets, in a process of its own: ours,
 * or the reference's, which shows that the harness is right. Confined to the test's thread.
 */
public final class DaemonProcess implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final long POLL_MILLIS = 10;

    private final Process process;
    private final Path folder;
    private final Path log;

    private DaemonProcess(Process process, Path folder, Path log) {
        this.process = process;
        this.folder = folder;
        this.log = log;
    }

    /**
     * Starts a daemon and returns at once.
     *
     * @param program of the product, or {@code qemu-storage-daemon}
     * @param folder where it keeps its sockets and its log
     * @param options beside those that make the monitor and the NBD server
     */
    public static DaemonProcess launch(String program, Path folder, String... options) {
        List<String> command = new ArrayList<>();
        command.add(program);
        if (program.endsWith("/ashlar")) {
            command.add("daemon");
        }
        command.addAll(
                List.of("--nbd-server", "addr.type=unix,addr.path=" + folder.resolve("nbd.sock")));
        command.addAll(List.of(options));
        String monitor = "path=" + folder.resolve("qmp.sock") + ",server=on,wait=off";
        command.addAll(List.of("--chardev", "socket,id=monitor," + monitor));
        command.addAll(List.of("--monitor", "chardev=monitor"));
        return launch(command, folder);
    }

    /** Starts {@code ashlar serve} and returns at once. */
    public static DaemonProcess launchServe(Product product, Path folder, String... options) {
        List<String> command = new ArrayList<>(List.of(product.program("bin/ashlar"), "serve"));
        command.addAll(List.of(options));
        return launch(command, folder);
    }

    private static DaemonProcess launch(List<String> command, Path folder) {
        try {
            Files.createDirectories(folder);
            Path log = Files.createTempFile(folder, "daemon", ".log");
            Process process =
                    new ProcessBuilder(command)
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            return new DaemonProcess(process, folder, log);
        } catch (IOException e) {
            throw new AssertionError(
                    "cannot start " + command.getFirst() + ": " + e.getMessage(), e);
        }
    }

    /** Starts a daemon and returns once its monitor answers. */
    public static DaemonProcess start(String program, Path folder, String... options) {
        DaemonProcess daemon = launch(program, folder, options);
        daemon.monitor().close();
        return daemon;
    }

    /** Starts the product's daemon and returns once its monitor answers. */
    public static DaemonProcess start(Product product, Path folder, String... options) {
        return start(product.program("bin/ashlar"), folder, options);
    }

    /** Connects to the monitor as soon as that can be. */
    public QmpClient monitor() {
        return monitor(monitorSocket());
    }

    /** Connects to another monitor as soon as that can be. */
    public QmpClient monitor(Path socket) {
        return await("its monitor", () -> QmpClient.connect(socket));
    }

    /** Returns the socket of the NBD server. */
    public Path nbdSocket() {
        return folder.resolve("nbd.sock");
    }

    /** Returns the socket of the monitor. */
    public Path monitorSocket() {
        return folder.resolve("qmp.sock");
    }

    /** Returns the URI of an export. */
    public String uri(String export) {
        return "nbd+unix:///" + export + "?socket=" + nbdSocket();
    }

    /** Waits for a line of the log that contains the text. */
    public void awaitLog(String text) {
        awaitLog(text, log -> log.contains(text));
    }

    /** Waits until the log is as it should be. */
    public void awaitLog(String what, Predicate<String> expected) {
        await(
                "the log to say: " + what,
                () -> {
                    if (!expected.test(log())) {
                        throw new IOException("not there");
                    }
                    return what;
                });
    }

    private <T> T await(String what, Callable<T> attempt) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (true) {
            try {
                return attempt.call();
            } catch (IOException e) {
                boolean ended = waitFor(POLL_MILLIS);
                if (ended || System.nanoTime() > end) {
                    throw new AssertionError(
                            (ended ? "ended" : "no sign")
                                    + ", waiting for "
                                    + what
                                    + "; log:\n"
                                    + log(),
                            e);
                }
            } catch (Exception e) {
                throw new AssertionError(what, e);
            }
        }
    }

    /** Returns what it has printed so far. */
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the files that it has open. */
    public List<Path> openFiles() throws IOException {
        List<Path> open = new ArrayList<>();
        try (Stream<Path> descriptors =
                Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            for (Path descriptor : descriptors.toList()) {
                if (Files.isSymbolicLink(descriptor)) {
                    open.add(Files.readSymbolicLink(descriptor));
                }
            }
        }
        return open;
    }

    /** Waits for its end and returns the exit code. */
    public int awaitExit() {
        if (!waitFor(LIMIT.toMillis())) {
            throw new AssertionError("does not end; log:\n" + log());
        }
        return process.exitValue();
    }

    /** Ends it by SIGTERM and returns the exit code. */
    public int terminate() {
        process.destroy();
        return awaitExit();
    }

    /** Ends it by SIGKILL: nothing of it runs any more. */
    public void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    private boolean waitFor(long millis) {
        try {
            return process.waitFor(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw new AssertionError("interrupted; log:\n" + log(), e);
        }
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        kill();
    }
}
