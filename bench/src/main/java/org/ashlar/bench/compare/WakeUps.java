package org.ashlar.bench.compare;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the processors of the machine from falling asleep until it is closed, and tells what waking
 * them costs. On a virtual machine a processor that has nothing to do is given back to the host,
 * and waking it takes longer than a server takes for a request of 4 KiB: at small depths every
 * server then shows the host's rate instead of its own. Confined to one thread.
 */
final class WakeUps implements AutoCloseable {
    private static final int ROUND_TRIPS = 20_000;

    private final List<Process> spinners = new ArrayList<>();

    /** Starts on each processor what runs only if nothing else wants to. */
    void keepAwake() throws IOException {
        for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
            spinners.add(
                    new ProcessBuilder("chrt", "--idle", "0", "sh", "-c", "while :; do :; done")
                            .inheritIO()
                            .start());
        }
    }

    @Override
    public void close() {
        spinners.forEach(Process::destroy);
    }

    /** Returns how long a byte takes to another thread and back, on a unix socket, in us. */
    static double roundTripMicros(Path folder) throws IOException, InterruptedException {
        Path path = folder.resolve("round-trip.sock");
        try (ServerSocketChannel listening =
                ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(path));
            try (SocketChannel near = SocketChannel.open(UnixDomainSocketAddress.of(path));
                    SocketChannel far = listening.accept()) {
                Thread echo = Thread.ofPlatform().name("bench-echo").start(() -> echo(far));
                pass(near);
                long begin = System.nanoTime();
                pass(near);
                double micros = (System.nanoTime() - begin) / 1e3 / ROUND_TRIPS;
                near.shutdownOutput();
                echo.join();
                return micros;
            }
        } finally {
            Files.deleteIfExists(path);
        }
    }

    private static void pass(SocketChannel near) throws IOException {
        ByteBuffer one = ByteBuffer.allocateDirect(1);
        for (int i = 0; i < ROUND_TRIPS; i++) {
            near.write(one.clear());
            near.read(one.clear());
        }
    }

    private static void echo(SocketChannel far) {
        ByteBuffer one = ByteBuffer.allocateDirect(1);
        try {
            while (far.read(one.clear()) > 0) {
                far.write(one.flip());
            }
        } catch (IOException gone) {
            // the measuring side fails by itself
        }
    }
}
