package org.ashlar.drivers.raw.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ashlar.drivers.raw.internal.Tool;
import org.ashlar.drivers.raw.internal.linux.Errno;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** Holes of files, against an array of bytes and against what the reference finds. */
class FileHolesTest {
    private static final int LENGTH = 1 << 20;
    private static final int STEPS = 400;

    /** A run of data or of a hole. */
    private record Run(long start, long length, boolean data) {}

    @TempDir Path folder;

    @Test
    void holes_afterRandomChanges_areWhereTheReferenceFindsThem(TestReporter reporter)
            throws IOException {
        long seed = Seed.choose(reporter);
        Random random = new Random(seed);
        byte[] model = new byte[LENGTH];
        Path image = Files.write(folder.resolve("x.img"), new byte[0]);
        try (FileRig rig = new FileRig()) {
            RigNode node = rig.open(image);
            node.truncate(LENGTH);
            for (int step = 0; step < STEPS; step++) {
                change(node, model, random);
                if (step % 40 == 0) {
                    node.flush();
                    assertEquals(runsOfTheReference(), runs(node), () -> "seed " + seed);
                    assertArrayEquals(model, node.read(0, LENGTH), () -> "seed " + seed);
                }
            }
        }
        assertArrayEquals(model, Files.readAllBytes(image), () -> "seed " + seed);
    }

    private static void change(RigNode node, byte[] model, Random random) throws IOException {
        int unit = random.nextBoolean() ? 4096 : 512;
        int offset = random.nextInt(LENGTH / unit) * unit;
        int length = Math.min(LENGTH - offset, unit * (1 + random.nextInt(24)));
        switch (random.nextInt(4)) {
            case 0 -> {
                byte[] bytes = new byte[length];
                Arrays.fill(bytes, (byte) (1 + random.nextInt(255)));
                node.write(offset, bytes);
                System.arraycopy(bytes, 0, model, offset, length);
            }
            case 1 -> {
                node.discard(offset, length);
                Arrays.fill(model, offset, offset + length, (byte) 0);
            }
            default -> {
                boolean unmap = random.nextBoolean();
                node.zero(offset, length, unmap ? IoFlags.MAY_UNMAP : IoFlags.NONE);
                Arrays.fill(model, offset, offset + length, (byte) 0);
            }
        }
    }

    private static List<Run> runs(RigNode node) throws IOException {
        List<Run> runs = new ArrayList<>();
        long at = 0;
        for (Extent extent : node.map()) {
            runs.add(new Run(at, extent.length(), extent instanceof Extent.Data));
            at += extent.length();
        }
        return merged(runs);
    }

    private List<Run> runsOfTheReference() throws IOException {
        String json =
                Tool.run(folder, "qemu-img", "map", "-U", "-f", "raw", "--output=json", "x.img")
                        .orFail();
        Pattern entry =
                Pattern.compile("\"start\": (\\d+), \"length\": (\\d+),.*?\"data\": (true|false)");
        Matcher matcher = entry.matcher(json);
        List<Run> runs = new ArrayList<>();
        while (matcher.find()) {
            runs.add(
                    new Run(
                            Long.parseLong(matcher.group(1)),
                            Long.parseLong(matcher.group(2)),
                            Boolean.parseBoolean(matcher.group(3))));
        }
        return merged(runs);
    }

    private static List<Run> merged(List<Run> runs) {
        List<Run> merged = new ArrayList<>();
        for (Run run : runs) {
            if (!merged.isEmpty() && merged.getLast().data == run.data) {
                Run last = merged.removeLast();
                merged.add(new Run(last.start, last.length + run.length, run.data));
            } else {
                merged.add(run);
            }
        }
        return merged;
    }

    @Test
    void extentAt_inSmallStepsThroughALargeRegion_asksTheSystemOnce() throws IOException {
        Path image = Files.write(folder.resolve("x.img"), new byte[LENGTH]);
        FaultyCalls calls = new FaultyCalls();
        try (FileRig rig = FileRig.over(calls)) {
            RigNode node = rig.open(image);
            for (int offset = 0; offset < LENGTH; offset += 512) {
                assertEquals(new Extent.Data(512), node.extentAt(offset, 512));
            }
            assertEquals(2, calls.made(FaultyCalls.Call.SEEK));
            node.discard(4096, 4096);
            assertEquals(new Extent.Zero(512, false), node.extentAt(4096, 512));
        }
    }

    @Test
    void extentAt_whenAnotherNodeWroteIntoAHole_isData() throws IOException {
        Path image = Files.write(folder.resolve("x.img"), new byte[0]);
        try (FileRig rig = new FileRig()) {
            RigNode writer = rig.open(image);
            writer.truncate(LENGTH);
            RigNode reader = rig.open(image);
            assertEquals(
                    new Extent.Zero(4096, false), reader.extentAt(8192, 4096)); // not remembered
            writer.write(8192, new byte[4096]);
            assertEquals(new Extent.Data(4096), reader.extentAt(8192, 4096));
        }
    }

    @Test
    void extentAt_ofAnEmptyTail_isAHole() throws IOException {
        Path image = Files.write(folder.resolve("x.img"), new byte[4096]);
        FaultyCalls calls = new FaultyCalls();
        try (FileRig rig = FileRig.over(calls)) {
            RigNode node = rig.open(image);
            node.truncate(LENGTH);
            calls.next(FaultyCalls.Call.SEEK, -Errno.ENXIO);
            Extent tail = node.extentAt(8192, LENGTH - 8192);
            assertTrue(tail.equals(new Extent.Zero(LENGTH - 8192, false)), tail::toString);
        }
    }
}
