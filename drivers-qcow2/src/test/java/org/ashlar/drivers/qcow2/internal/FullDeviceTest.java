package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.concurrent.Future;
import org.ashlar.spi.BlockException;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Test;

/** A device that is full: what is written needs what was just discarded, and gets it at once. */
class FullDeviceTest extends HungImage {

    /** The device is full, and stays so: what is written needs what was just discarded. */
    @Test
    void device_whenItIsFull_thenDiscardedClustersAreWrittenAgainAtOnce() throws IOException {
        create();
        RigNode disk = open(file);
        for (long at = 0; at < SIZE; at += PIECE) {
            disk.write(at, filled(PIECE / 512, 1));
        }
        disk.flush();
        device.endAt(storage.length());
        long host = hostOf(disk, 0);
        HeldNode.Hold hold = holdAt(Operation.READ, host);
        Future<?> read = heldRead(disk, 0, cluster(1));
        hold.awaitHeld();
        for (int round = 0; round < 4 * SIZE / PIECE; round++) {
            long at = PIECE + (long) round * PIECE % (SIZE - PIECE);
            disk.discard(at, PIECE);
            disk.write(at, filled(PIECE / 512, 100 + round));
            assertArrayEquals(filled(PIECE / 512, 100 + round), disk.read(at, PIECE));
        }
        disk.discard(0, PIECE);
        disk.write(CLUSTER, filled((PIECE - CLUSTER) / 512, 5));
        BlockException full = assertThrows(BlockException.class, () -> disk.write(0, cluster(6)));
        assertEquals(BlockException.Kind.NO_SPACE, full.kind(), "the held read has the last one");
        assertArrayEquals(new byte[CLUSTER], disk.read(0, CLUSTER), "nothing half done");
        hold.release();
        Workers.await(read);
        disk.write(0, cluster(7));
        assertArrayEquals(cluster(7), disk.read(0, CLUSTER));
        assertSound(disk);
    }

    @Test
    void device_whenItIsFullAndSeveralRewrite_thenNobodyIsRefused() throws IOException {
        create();
        RigNode disk = open(device);
        for (long at = 0; at < SIZE; at += PIECE) {
            disk.write(at, filled(PIECE / 512, 1));
        }
        disk.flush();
        device.endAt(storage.length());
        int writers = 4;
        for (int i = 0; i < writers; i++) {
            long from = (long) i * SIZE / writers;
            workers.start(() -> {
                for (int round = 0; round < 64; round++) {
                    long at = from + (long) round * PIECE % (SIZE / writers);
                    disk.discard(at, PIECE);
                    disk.write(at, filled(PIECE / 512, 100 + round));
                    assertArrayEquals(filled(PIECE / 512, 100 + round), disk.read(at, PIECE));
                }
            });
        }
        workers.awaitAll();
        assertFalse(storage.length() > BOUND);
        assertSound(disk);
    }
}
