package org.ashlar.drivers.qcow2.internal.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Two words that are changed together are read together. */
class TableSliceTest {
    private static final int CHANGES = 2_000_000;

    @Test
    void entryOfTwoWords_whenChangedMeanwhile_thenIsNeverReadTorn() throws InterruptedException {
        TableSlice slice = new TableSlice(0);
        slice.loaded(new long[] {0, ~0L});
        AtomicBoolean done = new AtomicBoolean();
        Thread writer =
                Thread.ofPlatform()
                        .name("slice-writer")
                        .start(() -> {
                            for (long i = 1; i <= CHANGES; i++) {
                                slice.beginChange();
                                slice.set(0, i);
                                slice.set(1, ~i);
                                slice.endChange();
                            }
                            done.set(true);
                        });
        long reads = 0;
        long last = 0;
        while (!done.get()) {
            long begun = slice.beginRead();
            long first = slice.word(0);
            long second = slice.word(1);
            if (slice.isUnchangedSince(begun)) {
                assertEquals(~first, second, "torn");
                assertTrue(first >= last, "older than what was read before");
                last = first;
                reads++;
            }
        }
        writer.join();
        assertEquals(CHANGES, slice.word(0));
        assertTrue(reads > 0, "nothing was read while the slice changed");
    }
}
