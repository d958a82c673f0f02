package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The programs that are compared, and how each is told to serve an image. QEMU's programs use
 * io_uring, with which they are fastest. Thread-safe.
 */
final class Programs {
    static final String EXPORT = "x";

    private final Path home;
    private final Optional<Path> other;
    private final Path folder;
    private final AtomicInteger sockets = new AtomicInteger();

    /** Takes Ashlar's product folder, that of another build to be the peer, and one for sockets. */
    Programs(Path home, Optional<Path> other, Path folder) {
        this.home = home;
        this.other = other;
        this.folder = folder;
    }

    /** An image to be served. */
    record Image(Path file, String format, boolean writable) {}

    private Path socket(String program) {
        return folder.resolve(program + "." + sockets.incrementAndGet());
    }

    /** Returns the launcher. */
    String ashlar() {
        return launcher(home);
    }

    private static String launcher(Path home) {
        return home.resolve("bin/ashlar").toString();
    }

    Server ashlar(Image image) throws IOException {
        return ashlar("ashlar", home, image);
    }

    private Server ashlar(String program, Path from, Image image) throws IOException {
        Path socket = socket(program);
        List<String> command = new ArrayList<>(List.of(launcher(from), "daemon"));
        command.addAll(daemonArguments(image, socket, ""));
        return Server.startDaemon(program, command, socket);
    }

    /** Returns whether another build of Ashlar is the peer. */
    boolean hasOther() {
        return other.isPresent();
    }

    /** Starts the other build, which there is. */
    Server otherAshlar(Image image) throws IOException {
        return ashlar("other", other.orElseThrow(), image);
    }

    Server storageDaemon(Image image) throws IOException {
        Path socket = socket("qsd");
        List<String> command = new ArrayList<>(List.of("qemu-storage-daemon"));
        command.addAll(daemonArguments(image, socket, ",file.aio=io_uring"));
        return Server.startDaemon("qsd", command, socket);
    }

    private static List<String> daemonArguments(Image image, Path socket, String more) {
        String readOnly = image.writable ? "off" : "on";
        String writable = image.writable ? "on" : "off";
        return List.of(
                "--blockdev",
                "driver=%s,node-name=disk,read-only=%s,file.driver=file,file.filename=%s%s"
                        .formatted(image.format, readOnly, image.file, more),
                "--nbd-server",
                "addr.type=unix,addr.path=" + socket,
                "--export",
                "type=nbd,id=export,node-name=disk,name=%s,writable=%s"
                        .formatted(EXPORT, writable));
    }

    Server qemuNbd(Image image) throws IOException {
        Path socket = socket("qemu-nbd");
        List<String> command = new ArrayList<>(List.of("qemu-nbd", "-t", "-x", EXPORT, "-e", "16"));
        command.addAll(List.of("-f", image.format, "-k", socket.toString(), "--aio=io_uring"));
        if (!image.writable) {
            command.add("-r");
        }
        command.add(image.file.toString());
        return Server.start("qemu-nbd", command, socket);
    }

    /** Starts nbdkit, with the threads it has by itself or one. */
    Server nbdkit(Image image, boolean oneThread) throws IOException {
        Path socket = socket("nbdkit");
        List<String> command = new ArrayList<>(List.of("nbdkit", "-f", "-U", socket.toString()));
        if (oneThread) {
            command.addAll(List.of("-t", "1"));
        }
        if (!image.writable) {
            command.add("-r");
        }
        command.addAll(List.of("file", image.file.toString()));
        return Server.start(oneThread ? "nbdkit -t1" : "nbdkit", command, socket);
    }

    /** A daemon that is told by its monitor what to do. */
    record Told(Server server, Monitor monitor) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            monitor.close();
            server.close();
        }
    }

    Told ashlarTold() throws IOException {
        return told("ashlar", List.of(ashlar(), "daemon"));
    }

    /** Starts the peer that is told: the other build, if there is one, or QEMU's daemon. */
    Told peerTold() throws IOException {
        return other.isPresent()
                ? told("other", List.of(launcher(other.get()), "daemon"))
                : told("qsd", List.of("qemu-storage-daemon"));
    }

    private Told told(String program, List<String> begin) throws IOException {
        Path socket = socket(program);
        Path monitor = Path.of(socket + ".qmp");
        List<String> command = new ArrayList<>(begin);
        command.addAll(
                List.of(
                        "--chardev",
                        "socket,id=qmp,server=on,wait=off,path=" + monitor,
                        "--monitor",
                        "chardev=qmp",
                        "--nbd-server",
                        "addr.type=unix,addr.path=" + socket));
        Server server = Server.startDaemon(program, command, socket);
        try {
            return new Told(server, Monitor.connect(monitor));
        } catch (IOException failure) {
            server.close();
            throw failure;
        }
    }

    /** Says what is compared: which versions, on what. */
    String describe() throws IOException {
        return "Ashlar %s; %s; %s; %s; %d processors, load %s"
                .formatted(
                        home,
                        Commands.firstLine("qemu-nbd", "--version"),
                        Commands.firstLine("nbdkit", "--version"),
                        "Linux " + System.getProperty("os.version"),
                        Runtime.getRuntime().availableProcessors(),
                        load());
    }

    /** Returns the load averages: on a machine that does other work only ratios mean anything. */
    static String load() throws IOException {
        String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ", -1);
        return String.format(Locale.ROOT, "%s %s", fields[0], fields[1]);
    }
}
