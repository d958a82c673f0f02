package org.ashlar.drivers.qcow2.internal.table;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a full cache does with the words of the slices that it evicts. */
class TableCacheTest {
    private static final int TABLE_BITS = 12;
    private static final int TABLE = 1 << TABLE_BITS;
    private static final int TABLES = 200;

    /** The least a cache keeps, and what it holds back of what it evicted. */
    private static final int KEPT = 4;

    private static final int HELD_BACK = 2;

    private final Rig rig = new Rig();
    private final RigRequest request = rig.request();
    private final ReentrantLock lock = new ReentrantLock();
    private final MemoryNode disk = new MemoryNode((TABLES + 1L) * TABLE);
    private final TableCache cache = cache();

    private TableCache cache() {
        long[] entries = new long[TABLES];
        Arrays.setAll(entries, i -> (i + 1L) * TABLE);
        entries[TABLES - 1] = 0;
        TopTable top = TopTable.ofL1(lock, new TopTable.Content(0, entries));
        HostFile file = new HostFile(rig.edgeTo(disk), rig.buffers());
        return new TableCache(file, top, TABLE_BITS, TABLE_BITS);
    }

    /** Every word of table i is i + 1. */
    @BeforeEach
    void fill() {
        for (int i = 0; i < TABLES; i++) {
            ByteBuffer table = ByteBuffer.allocate(TABLE);
            while (table.hasRemaining()) {
                table.putLong(i + 1L);
            }
            disk.put((i + 1L) * TABLE, table.array());
        }
        lock.lock();
        try {
            cache.limitBytes((long) KEPT * TABLE, KEPT);
        } finally {
            lock.unlock();
        }
    }

    @AfterEach
    void close() throws IOException {
        request.close();
        rig.close();
    }

    private TableSlice load(int index) throws IOException {
        return cache.load(request, index);
    }

    /** Work that needs two slices and loses one for the other would begin anew for ever. */
    @Test
    void cleanSlices_whenAllThatIsKeptIsDirty_thenStayBesideOneAnother() throws IOException {
        for (int i = 0; i < KEPT; i++) {
            TableSlice slice = load(i);
            lock.lock();
            try {
                cache.changed(slice, 0, 1);
            } finally {
                lock.unlock();
            }
        }
        for (int i = KEPT; i < 2 * KEPT; i++) {
            load(i);
        }
        for (int i = KEPT; i < 2 * KEPT; i++) {
            assertTrue(cache.find(i) != null, "slice " + i);
        }
    }

    @Test
    void slice_whenItsWordsAreUsedForAnother_thenWhoFoundItBeforeIsTold() throws IOException {
        TableSlice first = load(0);
        long begun = first.beginRead();
        assertEquals(1, first.word(7));
        assertTrue(first.isUnchangedSince(begun));
        int index = 1;
        TableSlice reusing = load(index);
        while (first.word(7) == 1) {
            assertTrue(index < TABLES - 2, "the words were never used again");
            reusing = load(++index);
        }
        assertEquals(index + 1, first.word(7), "an entry of the other table");
        assertFalse(first.isUnchangedSince(begun));
        assertTrue(first.isRetired());
        assertFalse(first.isUnchangedSince(first.beginRead()), "and so for ever");
        assertFalse(reusing.isRetired());
        assertTrue(reusing.isUnchangedSince(reusing.beginRead()));
        assertNull(cache.find(0));
        assertEquals(1, load(0).word(7));
    }

    @Test
    void slice_whenEvictedAndItsWordsNotUsedYet_thenIsReadAsItWas() throws IOException {
        TableSlice first = load(0);
        long begun = first.beginRead();
        int evictions = 0;
        for (int index = 1; evictions < HELD_BACK - 1; index++) {
            load(index);
            evictions = cache.find(0) == null ? evictions + 1 : 0;
        }
        assertEquals(1, first.word(7));
        assertTrue(first.isUnchangedSince(begun));
        assertFalse(first.isRetired());
    }

    @Test
    void misses_whenTheCacheIsFull_thenShareAFewArrays() throws IOException {
        Set<long[]> arrays = Collections.newSetFromMap(new IdentityHashMap<>());
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < TABLES - 1; i++) {
                TableSlice slice = load(i);
                assertEquals(i + 1, slice.word(0));
                arrays.add(slice.words());
            }
        }
        assertTrue(arrays.size() <= KEPT + HELD_BACK + 1, "arrays: " + arrays.size());
    }

    @Test
    void table_whenThereIsNone_thenUsedWordsAreZeroFirst() throws IOException {
        for (int i = 0; i < 20; i++) {
            load(i);
        }
        TableSlice empty = load(TABLES - 1);
        for (int i = 0; i < TABLE / Long.BYTES; i++) {
            assertEquals(0, empty.word(i));
        }
    }

    @Test
    void unusedSlices_whenCleaned_thenTheirWordsAreNotKeptForOthers() throws IOException {
        for (int i = 0; i < 20; i++) {
            load(i);
        }
        TableSlice last = cache.find(19);
        assertNotNull(last);
        lock.lock();
        try {
            cache.evictUnused();
            cache.evictUnused();
            assertEquals(0, cache.residentCount());
        } finally {
            lock.unlock();
        }
        for (int i = 30; i < 50; i++) {
            assertNotSame(last.words(), load(i).words());
        }
        assertEquals(20, last.word(0));
    }
}
