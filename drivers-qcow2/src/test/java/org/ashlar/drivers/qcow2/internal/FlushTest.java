package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Crashes;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.RecordingNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A flush that is asked for while the image writes back by itself: whatever the power cut that
 * follows takes, what was written before the flush is there.
 */
class FlushTest {
    private static final int CLUSTER = 512;
    private static final int PER_TABLE = CLUSTER / Long.BYTES * CLUSTER;
    private static final int TABLES = 16;

    private final Qcow2Driver driver = new Qcow2Driver();

    /** Held at the write-back's first barrier, the tables that it writes then, the second. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void flush_whenAWriteBackOfBeforeIsUnderWay_thenPowerCutTakesNothing(int step)
            throws Exception {
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, options("size", "1M", "cluster_size", "512"), storage);
            RecordingNode recording = new RecordingNode(storage);
            HeldNode file = new HeldNode(recording);
            RigNode disk =
                    rig.opening(driver)
                            .options(options("l2-cache-size", "4k"))
                            .child("file", file)
                            .open();
            HeldNode.Hold hold = holdWriteBack(file, step);
            // More than half of the eight slices in the cache are dirty then, so it starts.
            for (int i = 0; i < 5; i++) {
                disk.write((long) i * PER_TABLE, filled(1, i + 1));
            }
            hold.awaitHeld();
            disk.write((TABLES - 1L) * PER_TABLE, filled(1, 77)); // in a new table
            disk.write(CLUSTER, filled(1, 78)); // in a table that is being written
            Doing<?> flush = Doing.run(disk::flush).awaitWaiting("WriteBack.join");
            hold.release();
            flush.get();
            verifyLastCrashes(rig, recording);
        }
    }

    private static OptionTree options(String... pairs) {
        Map<String, String> all = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            all.put(pairs[i], pairs[i + 1]);
        }
        return OptionTree.dotted(all);
    }

    /** The first flush after the opening is the write-back's, and what follows it is. */
    private static HeldNode.Hold holdWriteBack(HeldNode file, int step) {
        AtomicInteger flushes = new AtomicInteger();
        return file.holdBefore(call -> {
            boolean flush = call.operation() == Operation.FLUSH;
            int begun = flush ? flushes.incrementAndGet() : flushes.get();
            return switch (step) {
                case 0 -> begun == 1;
                case 1 -> begun == 1 && !flush;
                default -> begun == 2;
            };
        });
    }

    /** All crashes after the flush was answered: nothing was called since. */
    private void verifyLastCrashes(Rig rig, RecordingNode recording) throws IOException {
        Crashes crashes = recording.crashes(1);
        for (int number = crashes.count() - 4; number < crashes.count(); number++) {
            Crashes.Crash crash = crashes.crash(number);
            RigNode after = rig.open(driver, OptionTree.empty(), Map.of("file", crash.disk()));
            assertArrayEquals(
                    filled(1, 77),
                    after.read((TABLES - 1L) * PER_TABLE, 512),
                    () -> crash.what() + ": the new table");
            assertArrayEquals(
                    filled(1, 78), after.read(CLUSTER, 512), () -> crash.what() + ": the old");
            after.abandon();
        }
    }
}
