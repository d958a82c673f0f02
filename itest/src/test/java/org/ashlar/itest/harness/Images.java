package org.ashlar.itest.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Makes images, and says by the reference's tools what is in them. Without state. */
public final class Images {
    private static final int BLOCK = 1 << 20;
    private static final int LINES_SHOWN = 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    private Images() {}

    /**
     * Writes a raw image: every fourth MiB a hole, every fourth of one byte, the others of random
     * words that compress a little.
     */
    public static Path raw(Path file, int mebibytes, long seed) throws IOException {
        Random random = new Random(seed);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int i = 0; i < mebibytes; i++) {
                if (i % 4 != 3) {
                    channel.write(block(i % 4 == 2 ? null : random, (byte) i), (long) i * BLOCK);
                }
            }
            if (channel.size() < (long) mebibytes * BLOCK) {
                channel.write(ByteBuffer.allocate(1), (long) mebibytes * BLOCK - 1);
            }
        }
        return file;
    }

    private static ByteBuffer block(Random random, byte filling) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK);
        while (block.hasRemaining()) {
            block.putLong(
                    random == null
                            ? filling * 0x0101010101010101L
                            : random.nextLong() & 0x3f3f3f3f3f3f3f3fL);
        }
        return block.flip();
    }

    /** Writes what a guest sees of an image into a raw file, by the reference. */
    public static Path flatten(Path image, String format, Path into) {
        Tools.run("qemu-img", "convert", "-f", format, "-O", "raw", image, into);
        return into;
    }

    /** Fails unless the reference finds nothing wrong with an image. */
    public static void checkClean(Path image) {
        Tools.run("qemu-img", "check", image);
    }

    /** Fails if the reference finds corruption; leaks may be there. */
    public static void checkNotCorrupt(Path image) {
        Tools.Result check = Tools.tryRun("qemu-img", "check", "--output=json", image);
        JsonNode found = json(check.out());
        Supplier<String> message = () -> check.out() + withoutLeaks(check.err());
        assertEquals(0, found.path("corruptions").asInt(), message);
        assertEquals(0, found.path("check-errors").asInt(-1), message);
    }

    private static String withoutLeaks(String lines) {
        return lines.lines()
                .filter(line -> !line.startsWith("Leaked cluster"))
                .limit(LINES_SHOWN)
                .collect(Collectors.joining("\n"));
    }

    /** Returns what the reference knows of an image. */
    public static JsonNode info(Path image) {
        return json(Tools.run("qemu-img", "info", "--output=json", image).out());
    }

    /** Reads JSON. */
    public static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException("not JSON: " + text, e);
        }
    }

    /** Fails unless two files are equal from {@code offset} for {@code length} bytes. */
    public static void assertSame(Path expected, Path found, long offset, long length)
            throws IOException {
        ByteBuffer a = ByteBuffer.allocate(BLOCK);
        ByteBuffer b = ByteBuffer.allocate(BLOCK);
        try (FileChannel first = FileChannel.open(expected);
                FileChannel second = FileChannel.open(found)) {
            for (long at = offset; at < offset + length; at += BLOCK) {
                int step = (int) Math.min(BLOCK, offset + length - at);
                fill(first, a.clear().limit(step), at);
                fill(second, b.clear().limit(step), at);
                int difference = a.mismatch(b);
                if (difference >= 0) {
                    throw new AssertionError(
                            found + " differs from " + expected + " at " + (at + difference));
                }
            }
        }
    }

    /** Fails unless two files are equal, and equally long. */
    public static void assertSame(Path expected, Path found) throws IOException {
        assertEquals(Files.size(expected), Files.size(found), "length of " + found);
        assertSame(expected, found, 0, Files.size(expected));
    }

    private static void fill(FileChannel channel, ByteBuffer buffer, long offset)
            throws IOException {
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new AssertionError("ends before " + (offset + buffer.limit()));
            }
        }
        buffer.flip();
    }
}
