package org.ashlar.itest.soak;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.ashlar.itest.harness.NbdClient;
import org.ashlar.itest.harness.QmpClient;

/**
 * Makes the disk longer than its clients know it, and shorter again, and verifies what lies past
 * that. Confined to one thread, which alone changes lengths.
 *
 * <p>I1: what a node has grown by reads as zeroes, whatever lies below it, until it is written; and
 * what was written last lies between {@code from} and {@code to} of {@code written} while that is
 * the disk's node.
 */
final class Tail {
    private static final int UNITS_MAX = 4096;

    private final QmpClient monitor;
    private final Path socket;
    private final Random random;
    private final Tally tally;
    private String written = "";
    private long from;
    private long to;
    private byte value;

    Tail(QmpClient monitor, Path socket, Random random, Tally tally) {
        this.monitor = monitor;
        this.socket = socket;
        this.random = random;
        this.tally = tally;
    }

    /** Gives the node that is the disk at the moment another length. */
    void resize(String disk) {
        long before = length(disk);
        long length = Chain.SIZE + (long) Units.SIZE * random.nextInt(UNITS_MAX);
        if (!tally.attempt(
                "resize",
                disk + " from " + before + " to " + length,
                () -> monitor.execute("block_resize", "node-name", disk, "size", length))) {
            return;
        }
        try (NbdClient client = NbdClient.connect(socket, "disk")) {
            if (client.size() == length) {
                verify(client, disk, before, length);
            }
        } catch (IOException | AssertionError failed) {
            // After a snapshot the disk is another node, as long as that was made.
            if (Nodes.ofExport(monitor, "disk").equals(disk)) {
                throw new AssertionError("past what the clients know of " + disk, failed);
            }
            tally.count("resize left behind");
        }
    }

    private long length(String node) {
        for (JsonNode described : monitor.execute("query-named-block-nodes", "flat", true)) {
            if (described.path("node-name").asText().equals(node)) {
                return described.path("image").path("virtual-size").asLong();
            }
        }
        throw new AssertionError("no node " + node);
    }

    private void verify(NbdClient client, String disk, long before, long length)
            throws IOException {
        int left = (int) (Math.min(to, length) - from);
        if (written.equals(disk) && left > 0) {
            assertArrayEquals(filled(left, value), client.read(from, left), "what was written");
        }
        if (length > before) {
            int count = (int) (length - before);
            assertArrayEquals(new byte[count], client.read(before, count), "what it grew by");
            written = disk;
            from = before;
            to = length;
            value = (byte) (1 + random.nextInt(Byte.MAX_VALUE));
            client.write(from, filled(count, value));
            tally.count("resize verified");
        } else {
            to = Math.min(to, length);
        }
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }
}
