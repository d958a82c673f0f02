package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.SECTOR;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Crashes;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.RecordingNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Cuts the power at every write of a workload, drops, reorders and tears what was not flushed: the
 * image has leaks at most, and all that was flushed is there.
 */
class CrashTest {
    private static final NodeSettings READ_ONLY =
            new NodeSettings(
                    true, false, false, false, false, false, NodeSettings.DetectZeroes.OFF);
    private static final long BASE = 1L << 40;

    /**
     * Where options begin so, a request hangs all the time, and clusters are freed all the same.
     */
    private static final String HUNG = "hung,";

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            textBlock =
                    """
                    cluster_size=512;                             262144;  150; 1; false
                    cluster_size=512,refcount_bits=64;            262144;  150; 3; true
                    cluster_size=4096;                            1048576; 200; 5; true
                    compression_type=zstd,cluster_size=4096;      1048576; 200; 5; false
                    extended_l2=on,cluster_size=16k;              1048576; 200; 5; true
                    compat=0.10,cluster_size=512;                 262144;  150; 5; false
                    lazy_refcounts=on,cluster_size=512;           262144;  150; 3; true
                    lazy_refcounts=on,cluster_size=4096;          1048576; 200; 5; false
                    hung,cluster_size=512;                        262144;  150; 3; false
                    hung,cluster_size=512,refcount_bits=64;       262144;  150; 5; true
                    hung,lazy_refcounts=on,cluster_size=4096;     1048576; 200; 5; true
                    """)
    void image_whenPowerIsCut_thenLeaksAtMostAndAllFlushedIsThere(
            String options, int size, int steps, int stride, boolean backing, TestReporter reporter)
            throws IOException {
        long seed = Seed.choose(reporter);
        int sectors = size / SECTOR;
        MemoryNode base = new MemoryNode(size);
        for (int i = 0; backing && i < sectors; i++) {
            base.put((long) i * SECTOR, SectorHistory.filled(1, BASE + i));
        }
        SectorHistory history = new SectorHistory(sectors, backing ? BASE : 0);
        MemoryNode disk = new MemoryNode(0);
        RecordingNode recording;
        try (Rig rig = new Rig()) {
            rig.create(driver, tree(options, size), disk);
            recording = new RecordingNode(disk);
            RigNode image = open(rig, recording, base, backing, NodeSettings.DEFAULT);
            Random random = new Random(seed ^ options.hashCode());
            if (options.startsWith(HUNG)) {
                try (RigRequest _ = rig.request()) {
                    Awaiting awaiting = () -> freeAheadOfGrace(rig, image);
                    work(awaiting, image, recording, history, random, sectors, steps);
                }
            } else {
                work(rig::awaitGrace, image, recording, history, random, sectors, steps);
            }
            image.close();
        }
        Crashes crashes = recording.crashes(seed);
        assertTrue(crashes.count() > 400, "too few crashes: " + crashes.count());
        int dirty = 0;
        for (int number = 0; number < crashes.count(); number += stride) {
            Crashes.Crash crash = crashes.crash(number);
            dirty += isDirty(crash.disk()) ? 1 : 0;
            boolean sample = number / stride % 97 == 0;
            verify(crash, number / 4, history, base, backing, sample);
        }
        assertEquals(options.contains("lazy"), dirty > 0, "dirty images: " + dirty);
    }

    /**
     * With counts of 64 bits and the smallest clusters the first table counts 2 MiB of the file.
     */
    @Test
    void refcountTable_whenPowerIsCutWhileItMoves_thenLeaksAtMostAndAllFlushedIsThere()
            throws IOException {
        int size = 4 << 20;
        int most = size / SECTOR / 32 * 15;
        MemoryNode disk = new MemoryNode(0);
        SectorHistory history = new SectorHistory(size / SECTOR, 0);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree("cluster_size=512,refcount_bits=64", size), disk);
            RigNode image = open(rig, disk, disk, false, NodeSettings.DEFAULT);
            image.write(0, SectorHistory.filled(most, 1));
            image.close();
        }
        note(history, 0, most, 1);
        history.flushed(-1);
        RecordingNode recording = new RecordingNode(disk);
        byte[] place = disk.get(48, 8);
        try (Rig rig = new Rig()) {
            RigNode image = open(rig, recording, disk, false, NodeSettings.DEFAULT);
            for (int first = most; first < most + 192; first += 48) {
                image.write((long) first * SECTOR, SectorHistory.filled(48, 2));
                note(history, first, 48, 2);
            }
            image.flush();
            history.flushed(2 * recording.calls().size() - 1);
            image.close();
        }
        assertFalse(Arrays.equals(place, disk.get(48, 8)), "the refcount table did not move");
        Crashes crashes = recording.crashes(1);
        for (int number = 0; number < crashes.count(); number++) {
            verify(crashes.crash(number), number / 4, history, disk, false, number % 97 == 0);
        }
    }

    private static OptionTree tree(String options, int size) {
        Map<String, String> all = new HashMap<>();
        all.put("size", Integer.toString(size));
        for (String option : options.replace(HUNG, "").split(",", -1)) {
            String[] pair = option.split("=", 2);
            all.put(pair[0], pair[1]);
        }
        return OptionTree.dotted(all);
    }

    private RigNode open(
            Rig rig,
            org.ashlar.spi.BlockNode file,
            MemoryNode base,
            boolean backing,
            NodeSettings settings)
            throws IOException {
        var opening = rig.opening(driver).child("file", file).settings(settings);
        return (backing ? opening.child("backing", base) : opening).open();
    }

    /** Lets clusters become free that a flush has just made it possible for. */
    @FunctionalInterface
    private interface Awaiting {
        void await() throws IOException;
    }

    private static void freeAheadOfGrace(Rig rig, RigNode image) throws IOException {
        Qcow2Node node = (Qcow2Node) image.face();
        long before = node.image().state().metadata().freedInFile();
        try (RigRequest request = rig.request()) {
            node.image().state().metadata().makeRoom(request, before);
        }
    }

    /** Every second sector's number is its own; the recorder's events are the clock. */
    private static void work(
            Awaiting awaiting,
            RigNode image,
            RecordingNode recording,
            SectorHistory history,
            Random random,
            int sectors,
            int steps)
            throws IOException {
        for (int step = 1; step <= steps; step++) {
            int first = random.nextInt(sectors);
            int count = Math.min(sectors - first, 1 + random.nextInt(40));
            long offset = (long) first * SECTOR;
            switch (random.nextInt(8)) {
                case 0 -> {
                    image.zero(offset, (long) count * SECTOR, IoFlags.MAY_UNMAP);
                    note(history, first, count, 0);
                }
                case 1 -> {
                    image.discard(offset, (long) count * SECTOR);
                    for (int i = first; i < first + count; i++) {
                        byte[] now = image.read((long) i * SECTOR, SECTOR);
                        long number =
                                MemorySegment.ofArray(now)
                                        .get(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, 0);
                        history.put(i, 0);
                        history.put(i, number);
                    }
                }
                case 2, 3 -> {
                    image.flush();
                    awaiting.await();
                    history.flushed(2 * recording.calls().size() - 1);
                }
                default -> {
                    IoFlags how = random.nextInt(3) == 0 ? IoFlags.COMPRESSED : IoFlags.NONE;
                    image.write(offset, SectorHistory.filled(count, step), how);
                    note(history, first, count, step);
                }
            }
        }
    }

    private static void note(SectorHistory history, int first, int count, long number) {
        for (int i = first; i < first + count; i++) {
            history.put(i, number);
        }
    }

    /**
     * An image that is dirty is mended when it is opened for writing; one that is not must need no
     * mending.
     */
    private void verify(
            Crashes.Crash crash,
            int time,
            SectorHistory history,
            MemoryNode base,
            boolean backing,
            boolean sample)
            throws IOException {
        boolean dirty = isDirty(crash.disk());
        byte[] crashed = crash.disk().get(0, (int) crash.disk().length());
        try (Rig rig = new Rig()) {
            NodeSettings settings = dirty ? NodeSettings.DEFAULT : READ_ONLY;
            RigNode image = open(rig, crash.disk(), base, backing, settings);
            List<String> lines = new ArrayList<>();
            CheckResult check;
            try (var request = rig.request()) {
                check =
                        image.facet(Checkable.class)
                                .orElseThrow()
                                .check(request, Checkable.Repair.NONE, lines::add);
            }
            assertEquals(0, check.corruptions(), () -> crash.what() + ": " + lines);
            byte[] all = image.read(0, (int) image.length());
            for (int i = 0; i < all.length / SECTOR; i++) {
                int sector = i;
                MemorySegment bytes = MemorySegment.ofArray(all).asSlice((long) i * SECTOR, SECTOR);
                assertTrue(
                        history.mayHold(i, time, bytes),
                        () -> crash.what() + ": sector " + sector + " holds " + number(bytes));
            }
        }
        if (sample) {
            checkWithReference(crashed, dirty, crash.what());
        }
    }

    private static long number(MemorySegment sector) {
        return sector.get(java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED, 0);
    }

    /** The dirty bit is the lowest of the incompatible features, where version 3 has them. */
    private static boolean isDirty(MemoryNode disk) {
        return disk.get(7, 1)[0] >= 3 && (disk.get(79, 1)[0] & 1) != 0;
    }

    private void checkWithReference(byte[] crashed, boolean dirty, String what) throws IOException {
        Path file = folder.resolve("crash.qcow2");
        Files.write(file, crashed);
        if (dirty) {
            Reference.img("check", "-q", "-r", "all", "-f", "qcow2", file.toString());
        }
        var outcome = Reference.run("qemu-img", "check", "-f", "qcow2", file.toString());
        assertTrue(
                outcome.code() == 0 || outcome.code() == 3, () -> what + ": " + outcome.output());
    }
}
