package org.ashlar.tools;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs the reference's tools and ours on copies of the same images, under the same file names.
 * Confined to one thread.
 *
 * <p>In a command line {@code @} stands for the folder of the images, and single quotes hold words
 * together.
 */
public final class Twin {
    private final Path fixture;
    private final Path work;

    /** Prepares to work in a folder, in which {@code fixture} is to be filled with images. */
    public Twin(Path folder) throws IOException {
        fixture = Files.createDirectories(folder.resolve("fixture"));
        work = folder.resolve("work");
    }

    /** Makes images with the reference's tools. */
    public void prepare(String... lines) throws Exception {
        for (String line : lines) {
            Outcome made = process(words(line, fixture), "");
            if (made.exit() != 0) {
                throw new IllegalStateException(line + "\n" + made);
            }
        }
    }

    /** Runs the reference's tool. */
    public Outcome reference(String line, String input) throws Exception {
        renew();
        return withFiles(process(words(line, work), input));
    }

    /** Runs ours under the same name. */
    public Outcome ours(String line, String input) throws Exception {
        renew();
        List<String> words = words(line, work);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal terminal =
                new Terminal(
                        words.getFirst(),
                        new ByteArrayInputStream(input.getBytes(UTF_8)),
                        new PrintStream(out, true, UTF_8),
                        new PrintStream(err, true, UTF_8));
        int exit = Main.run(words.getFirst(), words.subList(1, words.size()), terminal);
        terminal.flush();
        return withFiles(new Outcome(exit, out.toString(UTF_8), err.toString(UTF_8), ""));
    }

    /** Returns how long the files are together that the last run left behind. */
    public long bytes() throws IOException {
        try (Stream<Path> all = Files.walk(work)) {
            return all.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
        }
    }

    private void renew() throws IOException {
        if (Files.exists(work)) {
            walk(work, false, Files::delete);
        }
        walk(
                fixture,
                true,
                from -> Files.copy(from, target(from), StandardCopyOption.COPY_ATTRIBUTES));
    }

    private Path target(Path from) {
        return work.resolve(fixture.relativize(from).toString());
    }

    @FunctionalInterface
    private interface Visit {
        void at(Path path) throws IOException;
    }

    private static void walk(Path root, boolean foldersFirst, Visit visit) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attrs)
                            throws IOException {
                        if (foldersFirst) {
                            visit.at(dir);
                        }
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attrs)
                            throws IOException {
                        visit.at(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path dir, IOException failed)
                            throws IOException {
                        if (!foldersFirst) {
                            visit.at(dir);
                        }
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    private static List<String> words(String line, Path folder) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean quoted = false;
        boolean begun = false;
        for (int i = 0; i < line.length(); i++) {
            char letter = line.charAt(i);
            if (letter == '\'') {
                quoted = !quoted;
                begun = true;
            } else if (letter == ' ' && !quoted) {
                if (begun) {
                    words.add(word.toString());
                }
                word.setLength(0);
                begun = false;
            } else {
                word.append(letter == '@' ? folder + "/" : letter);
                begun = true;
            }
        }
        if (begun) {
            words.add(word.toString());
        }
        return words;
    }

    private static Outcome process(List<String> words, String input) throws Exception {
        Path out = Files.createTempFile("out", "");
        Path err = Files.createTempFile("err", "");
        try {
            Process process =
                    new ProcessBuilder(words)
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile())
                            .start();
            process.getOutputStream().write(input.getBytes(UTF_8));
            process.getOutputStream().close();
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException("does not end: " + words);
            }
            return new Outcome(
                    process.exitValue(), Files.readString(out), Files.readString(err), "");
        } finally {
            Files.delete(out);
            Files.delete(err);
        }
    }

    /** Says of every image what it reads as, what is allocated, and whether it is sound. */
    private Outcome withFiles(Outcome run) throws Exception {
        StringBuilder text = new StringBuilder();
        List<Path> files;
        try (Stream<Path> all = Files.walk(work)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            text.append(work.relativize(file)).append(": ").append(describe(file)).append('\n');
        }
        return new Outcome(run.exit(), run.out(), run.err(), text.toString());
    }

    private String describe(Path file) throws Exception {
        Path original = fixture.resolve(work.relativize(file).toString());
        if (Files.exists(original) && Files.mismatch(file, original) < 0) {
            return "unchanged";
        }
        if (!file.toString().endsWith(".qcow2")) {
            return digest(file);
        }
        Path raw = work.resolveSibling("content.raw");
        Outcome read =
                process(
                        List.of(
                                "qemu-img",
                                "convert",
                                "-O",
                                "raw",
                                file.toString(),
                                raw.toString()),
                        "");
        Outcome map = process(List.of("qemu-io", "-r", "-c", "map", file.toString()), "");
        Outcome info = process(List.of("qemu-img", "info", file.toString()), "");
        Outcome check = process(List.of("qemu-img", "check", "-q", file.toString()), "");
        return (read.exit() == 0 ? digest(raw) : read.err())
                + " check "
                + check.exit()
                + check.err()
                + "\n"
                + info.out().replaceAll("(?m)^disk size.*\n", "")
                + map.out();
    }

    private static String digest(Path file) throws IOException, NoSuchAlgorithmException {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
        return Files.size(file) + " bytes " + HexFormat.of().formatHex(hash, 0, 8);
    }
}
