package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The programs that are compared, and how each is told to serve an image. QEMU's programs use
 * io_uring, with which they are fastest. Thread-safe.
 */
final class Programs {
    static final String EXPORT = "x";

    private final Path home;
    private final Path folder;
    private final AtomicInteger sockets = new AtomicInteger();

    /** Takes Ashlar's product folder, and one for sockets. */
    Programs(Path home, Path folder) {
        this.home = home;
        this.folder = folder;
    }

    /** An image to be served. */
    record Image(Path file, String format, boolean writable) {}

    private Path socket(String program) {
        return folder.resolve(program + "." + sockets.incrementAndGet());
    }

    /** Returns the launcher. */
    String ashlar() {
        return home.resolve("bin/ashlar").toString();
    }

    Server ashlar(Image image) throws IOException {
        Path socket = socket("ashlar");
        List<String> command = new ArrayList<>(List.of(ashlar(), "daemon"));
        command.addAll(daemonArguments(image, socket, ""));
        return Server.start("ashlar", command, socket);
    }

    Server storageDaemon(Image image) throws IOException {
        Path socket = socket("qsd");
        List<String> command = new ArrayList<>(List.of("qemu-storage-daemon"));
        command.addAll(daemonArguments(image, socket, ",file.aio=io_uring"));
        return Server.start("qsd", command, socket);
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

    Told storageDaemonTold() throws IOException {
        return told("qsd", List.of("qemu-storage-daemon"));
    }

    private Told told(String program, List<String> program0) throws IOException {
        Path socket = socket(program);
        Path monitor = Path.of(socket + ".qmp");
        List<String> command = new ArrayList<>(program0);
        command.addAll(
                List.of(
                        "--chardev",
                        "socket,id=qmp,server=on,wait=off,path=" + monitor,
                        "--monitor",
                        "chardev=qmp",
                        "--nbd-server",
                        "addr.type=unix,addr.path=" + socket));
        Server server = Server.start(program, command, socket);
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
        String[] fields = Files.readString(Path.of("/proc/loadavg")).split(" ");
        return String.format(Locale.ROOT, "%s %s", fields[0], fields[1]);
    }
}
