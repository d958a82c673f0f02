package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Test;

/** Clusters that others point to, too, as their entries say. */
class SharedClusterTest extends HungImage {

    @Test
    void write_whenASharedClusterFollowsAnOwnOneInTheFile_thenTheSharedOneIsCopied()
            throws IOException {
        create();
        long host;
        try (RigNode disk = open(storage)) {
            disk.write(0, filled(2 * CLUSTER / 512, 1));
            host = hostOf(disk, 0);
            assertEquals(host + CLUSTER, hostOf(disk, CLUSTER));
        }
        long l1 = ByteBuffer.wrap(storage.get(40, 8)).getLong();
        long l2 = ByteBuffer.wrap(storage.get(l1, 8)).getLong() & Long.MAX_VALUE;
        storage.put(l2 + 8, new byte[] {0}); // its COPIED flag
        try (RigNode disk = open(storage)) {
            disk.write(0, filled(2 * CLUSTER / 512, 2));
            assertEquals(host, hostOf(disk, 0));
            assertNotEquals(host + CLUSTER, hostOf(disk, CLUSTER));
            assertArrayEquals(filled(2 * CLUSTER / 512, 2), disk.read(0, 2 * CLUSTER));
        }
        assertArrayEquals(cluster(1), storage.get(host + CLUSTER, CLUSTER));
    }
}
