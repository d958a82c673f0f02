package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.Future;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.IoFlags;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A file that has no room where metadata would go: the request fails, and the image goes on. In the
 * images here a refcount block counts 64 clusters of 512 bytes, an L2 table maps as many, and the
 * first refcount table leads to 64 blocks: a file beyond 2 MiB needs a longer one.
 */
class NoRoomTest extends HungImage {
    private static final int SMALL = 512;
    private static final long COUNTED = 64 * SMALL;
    private static final long IN_FIRST_TABLE = 64 * COUNTED;

    @BeforeEach
    void createSmall() throws IOException {
        create("cluster_size", "512", "refcount_bits", "64");
    }

    private static byte[] piece(long at, int length) {
        return filled(length / SMALL, 1 + at);
    }

    /** Writes piece by piece until there is no room, and returns where that was. */
    private static long fill(RigNode disk, long from, long to, int length) throws IOException {
        for (long at = from; at < to; at += length) {
            try {
                disk.write(at, piece(at, length));
            } catch (BlockException full) {
                assertEquals(BlockException.Kind.NO_SPACE, full.kind());
                return at;
            }
        }
        return to;
    }

    private static void assertFilled(RigNode disk, long from, long to, int length)
            throws IOException {
        for (long at = from; at < to; at += length) {
            assertArrayEquals(piece(at, length), disk.read(at, length));
        }
    }

    /** Returns an image whose file comes close to the end of what is counted so far. */
    private RigNode openFilledUpTo(long fileLength) throws IOException {
        RigNode disk = open(file);
        for (long at = 0; storage.length() < fileLength; at += SMALL) {
            assertEquals(at + SMALL, fill(disk, at, at + SMALL, SMALL));
        }
        disk.flush();
        return disk;
    }

    @Test
    void file_whereverItEnds_thenWhatHasRoomIsWrittenAndTheRestLater() throws IOException {
        long from = 15 * IN_FIRST_TABLE / 16 & -PIECE;
        try (RigNode disk = open(storage)) {
            fill(disk, 0, from, PIECE);
        }
        long first = IN_FIRST_TABLE - COUNTED - COUNTED / 2;
        assertTrue(storage.length() < first);
        for (long end = first; end < IN_FIRST_TABLE + COUNTED; end += SMALL) {
            assertGoesOn(storage.copy(), from, end);
        }
    }

    private void assertGoesOn(MemoryNode content, long from, long end) throws IOException {
        DeviceNode full = new DeviceNode(content);
        full.endAt(end);
        int large = 8 * SMALL;
        try (RigNode disk = open(full)) {
            long large1 = fill(disk, from, SIZE, large);
            disk.flush();
            long small1 = fill(disk, large1, large1 + large, SMALL);
            assertFalse(small1 == large1 + large, "in pieces there was room");
            assertFilled(disk, from, large1, large);
            assertFilled(disk, large1, small1, SMALL);
            assertSound(disk);
            full.endAt(Long.MAX_VALUE);
            long later = small1 + 4 * COUNTED;
            assertEquals(later, fill(disk, small1, later, SMALL));
            assertFilled(disk, from, large1, large);
            assertFilled(disk, large1, later, SMALL);
            assertSound(disk);
        }
    }

    @Test
    void resize_whenThereIsNoRoomForTheL1Table_thenItFailsAndFlushesGoOn() throws IOException {
        RigNode disk = openFilledUpTo(storage.length() + COUNTED / 2);
        device.endAt(storage.length());
        BlockException full = assertThrows(BlockException.class, () -> disk.truncate(16L * SIZE));
        assertEquals(BlockException.Kind.NO_SPACE, full.kind());
        assertEquals(SIZE, disk.length());
        disk.write(0, piece(7, SMALL));
        assertSound(disk);
        device.endAt(Long.MAX_VALUE);
        disk.truncate(16L * SIZE);
        disk.write(15L * SIZE, piece(8, SMALL));
        assertArrayEquals(piece(7, SMALL), disk.read(0, SMALL));
        assertSound(disk);
    }

    @Test
    void extension_whileItIsWritten_thenOthersWriteInPlaceAndWhoExtendsWaits() throws IOException {
        RigNode disk = openFilledUpTo(20 * COUNTED);
        long end = (storage.length() + COUNTED - 1) / COUNTED * COUNTED;
        HeldNode.Hold hold = holdAt(Operation.WRITE, end);
        Future<?> first = workers.start(() -> disk.write(SIZE / 2, piece(1, PIECE)));
        hold.awaitHeld();
        Future<?> second = workers.start(() -> disk.write(SIZE - PIECE, piece(2, PIECE)));
        disk.write(0, piece(3, SMALL));
        disk.flush();
        hold.release();
        Workers.await(first);
        Workers.await(second);
        assertArrayEquals(piece(1, PIECE), disk.read(SIZE / 2, PIECE));
        assertArrayEquals(piece(2, PIECE), disk.read(SIZE - PIECE, PIECE));
        assertSound(disk);
    }

    @Test
    void extension_whenWritingItFails_thenWhoWaitedForItExtends() throws IOException {
        RigNode disk = openFilledUpTo(20 * COUNTED);
        long end = (storage.length() + COUNTED - 1) / COUNTED * COUNTED;
        HeldNode.Hold hold = holdAt(Operation.WRITE, end);
        device.failWriteAt(end);
        Future<?> first =
                workers.start(() ->
                        assertThrows(
                                BlockException.class, () -> disk.write(SIZE / 2, piece(1, PIECE))));
        hold.awaitHeld();
        Future<?> second = workers.start(() -> disk.write(SIZE - PIECE, piece(2, PIECE)));
        hold.release();
        Workers.await(first);
        Workers.await(second);
        assertArrayEquals(piece(2, PIECE), disk.read(SIZE - PIECE, PIECE));
        assertSound(disk);
    }

    @Test
    void write_whenItFails_thenTheNextOneHasItsClusters() throws IOException {
        RigNode disk = openFilledUpTo(2 * COUNTED);
        disk.write(SIZE / 2, piece(1, SMALL));
        long next = hostOf(disk, SIZE / 2) + SMALL;
        device.failWriteAt(next);
        assertThrows(BlockException.class, () -> disk.write(SIZE / 2 + SMALL, piece(2, 4 * SMALL)));
        disk.write(SIZE / 2 + 2 * SMALL, piece(3, 4 * SMALL));
        assertEquals(next, hostOf(disk, SIZE / 2 + 2 * SMALL));
        assertArrayEquals(new byte[SMALL], disk.read(SIZE / 2 + SMALL, SMALL));
        assertSound(disk);
    }

    @Test
    void compressedWrite_whenItFails_thenTheNextOneHasItsCluster() throws IOException {
        RigNode disk = openFilledUpTo(2 * COUNTED);
        disk.write(SIZE / 2, piece(1, SMALL));
        long next = hostOf(disk, SIZE / 2) + SMALL;
        device.failWriteAt(next);
        assertThrows(
                BlockException.class,
                () -> disk.write(SIZE / 2 + SMALL, piece(2, SMALL), IoFlags.COMPRESSED));
        disk.write(SIZE / 2 + SMALL, piece(3, SMALL));
        assertEquals(next, hostOf(disk, SIZE / 2 + SMALL));
        assertSound(disk);
    }

    @Test
    void table_whenWritingItFails_thenTheNextOneHasItsCluster() throws IOException {
        RigNode disk = openFilledUpTo(2 * COUNTED);
        disk.write(SIZE / 2, piece(1, SMALL));
        long next = hostOf(disk, SIZE / 2) + SMALL;
        device.failWriteAt(next);
        assertThrows(BlockException.class, () -> disk.write(SIZE - PIECE, piece(2, SMALL)));
        disk.write(SIZE - PIECE, piece(3, SMALL));
        assertEquals(next + SMALL, hostOf(disk, SIZE - PIECE), "behind its table");
        assertSound(disk);
    }
}
