package org.ashlar.bench.compare;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * The images that are read and written, made by qemu-img in a folder that is removed at the end.
 * Confined to one thread.
 */
final class Inputs implements AutoCloseable {
    private static final int PIECE = 1 << 20;

    private final Path folder;

    Inputs(Path parent) throws IOException {
        Files.createDirectories(parent);
        this.folder = Files.createTempDirectory(parent, "ashlar-bench-").toAbsolutePath();
    }

    Path folder() {
        return folder;
    }

    /** Returns a raw image of random bytes, the same for all who ask for the length. */
    Path random(long length) throws IOException {
        Path file = folder.resolve("random-" + length + ".raw");
        if (Files.notExists(file)) {
            SplittableRandom random = new SplittableRandom(length);
            byte[] piece = new byte[PIECE];
            try (OutputStream out = Files.newOutputStream(file)) {
                for (long done = 0; done < length; done += PIECE) {
                    random.nextBytes(piece);
                    out.write(piece);
                }
            }
        }
        return file;
    }

    /** Returns a qcow2 image with the same bytes, every cluster allocated. */
    Path allocated(long length) throws IOException {
        Path file = folder.resolve("random-" + length + ".qcow2");
        if (Files.notExists(file)) {
            convert(random(length), file, "qcow2");
        }
        return file;
    }

    /**
     * Returns a qcow2 image of which 35 % are allocated, in runs, with bytes that can be compressed
     * by about half.
     */
    Path partlyAllocated(long length) throws IOException {
        Path file = folder.resolve("partly-" + length + ".qcow2");
        if (Files.notExists(file)) {
            Path raw = folder.resolve("partly-" + length + ".raw");
            writeRuns(raw, length);
            convert(raw, file, "qcow2");
            Files.delete(raw);
        }
        return file;
    }

    private static void writeRuns(Path raw, long length) throws IOException {
        SplittableRandom random = new SplittableRandom(35);
        byte[] piece = new byte[PIECE];
        try (FileChannel out =
                FileChannel.open(raw, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            for (long at = 0; at < length; at += PIECE) {
                if (random.nextInt(100) < 35) {
                    random.nextBytes(piece);
                    for (int i = 0; i < PIECE; i++) {
                        piece[i] &= 0xf; // half of each byte says nothing
                    }
                    out.write(java.nio.ByteBuffer.wrap(piece), at);
                }
            }
            out.write(java.nio.ByteBuffer.allocate(1), length - 1);
        }
    }

    /** Copies an image for one that writes. */
    Path copy(Path image, String name) throws IOException {
        Path copy = folder.resolve(name);
        Files.deleteIfExists(copy);
        Commands.run("cp", image.toString(), copy.toString());
        return copy;
    }

    private static void convert(Path from, Path to, String format) throws IOException {
        Commands.run("qemu-img", "convert", "-O", format, from.toString(), to.toString());
    }

    /** Makes an empty qcow2 image. */
    Path empty(String name, long length) throws IOException {
        Path file = folder.resolve(name);
        Files.deleteIfExists(file);
        String size = Long.toString(length);
        Commands.run("qemu-img", "create", "-q", "-f", "qcow2", file.toString(), size);
        return file;
    }

    /** Makes an empty overlay; a backing file named relatively keeps the header short. */
    Path overlay(String name, Path base, long length) throws IOException {
        Path file = folder.resolve(name);
        Files.deleteIfExists(file);
        List<String> command = new ArrayList<>(List.of("qemu-img", "create", "-q", "-u"));
        command.addAll(List.of("-f", "qcow2", "-F", "qcow2", "-b", base.getFileName().toString()));
        command.addAll(List.of(file.toString(), Long.toString(length)));
        Commands.run(command);
        return file;
    }

    /** Returns the top of a chain of so many layers: all data in the base, empty overlays on it. */
    Path chain(int layers, long length) throws IOException {
        Path top = folder.resolve("chain-" + layers + "-" + length + ".1");
        Path below = allocated(length);
        if (Files.exists(top)) {
            return top;
        }
        for (int i = layers - 1; i >= 1; i--) {
            below = overlay("chain-" + layers + "-" + length + "." + i, below, length);
        }
        return below;
    }

    /**
     * Reads a file so that the page cache holds it: what is idle leaves it within a minute here.
     */
    static void hold(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
    }

    @Override
    public void close() throws IOException {
        if (Files.notExists(folder)) {
            return;
        }
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        }
    }
}
