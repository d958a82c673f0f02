package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Test;

/**
 * A request is held below the image, so that grace never passes, while the guest writes and
 * discards many times its disk: the file stays bounded, and what the held request goes to is nobody
 * else's.
 */
class HungRequestTest extends HungImage {

    @Test
    void read_whenItHangs_thenOnlyItsClustersAreKept() throws IOException {
        create();
        RigNode disk = open(file);
        disk.write(0, cluster(1));
        disk.flush();
        long host = hostOf(disk, 0);
        HeldNode.Hold hold = holdAt(Operation.READ, host);
        Future<?> read = heldRead(disk, 0, cluster(1));
        hold.awaitHeld();
        churn(disk, 0, SIZE);
        assertBounded();
        assertNobodyHas(disk, host);
        assertArrayEquals(cluster(1), storage.get(host, CLUSTER));
        hold.release();
        Workers.await(read);
        assertSound(disk);
    }

    @Test
    void read_ofManyClustersWhenItHangs_thenAllOfItsBytesAreThoseOfBefore() throws IOException {
        create();
        RigNode disk = open(file);
        byte[] before = filled(64 * CLUSTER / 512, 1);
        disk.write(0, before);
        disk.flush();
        long host = hostOf(disk, 0);
        HeldNode.Hold hold = holdAt(Operation.READ, host + 63 * CLUSTER);
        Future<?> read = heldRead(disk, 0, before);
        hold.awaitHeld();
        churn(disk, 0, SIZE);
        assertBounded();
        hold.release();
        Workers.await(read);
        assertSound(disk);
    }

    @Test
    void compressedRead_whenItHangs_thenItsBytesAreThoseOfBefore() throws IOException {
        create();
        RigNode disk = open(file);
        for (int i = 0; i < 16; i++) {
            disk.write((long) i * CLUSTER, cluster(i), IoFlags.COMPRESSED);
        }
        disk.flush();
        HeldNode.Hold hold = file.holdNext(Operation.READ);
        Future<?> read = heldRead(disk, 7 * CLUSTER, cluster(7));
        hold.awaitHeld();
        churn(disk, 0, SIZE);
        assertBounded();
        hold.release();
        Workers.await(read);
        assertSound(disk);
    }

    @Test
    void copyOnWrite_whenItsReadHangs_thenCopiesTheBytesOfBefore() throws IOException {
        create();
        RigNode disk = open(file);
        disk.write(0, cluster(1), IoFlags.COMPRESSED);
        disk.write(CLUSTER, cluster(2), IoFlags.COMPRESSED); // in the same host cluster
        disk.flush();
        HeldNode.Hold hold = file.holdNext(Operation.READ);
        Future<?> write = workers.start(() -> disk.write(512, filled(1, 77)));
        hold.awaitHeld();
        churn(disk, PIECE, SIZE);
        disk.discard(CLUSTER, CLUSTER);
        churn(disk, PIECE, SIZE);
        assertBounded();
        hold.release();
        Workers.await(write);
        byte[] expected = cluster(1);
        System.arraycopy(filled(1, 77), 0, expected, 512, 512);
        assertArrayEquals(expected, disk.read(0, CLUSTER));
        assertSound(disk);
    }

    @Test
    void copyOnWrite_whenTheBackingFileHangs_thenNothingIsKept() throws IOException {
        create();
        MemoryNode base = new MemoryNode(SIZE);
        base.put(0, cluster(5));
        HeldNode below = new HeldNode(base);
        RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file, "backing", below));
        HeldNode.Hold hold = below.holdNext(Operation.READ);
        Future<?> write = workers.start(() -> disk.write(512, filled(1, 77)));
        hold.awaitHeld();
        churn(disk, PIECE, SIZE);
        assertBounded();
        hold.release();
        Workers.await(write);
        assertArrayEquals(filled(1, 77), disk.read(512, 512));
        assertArrayEquals(Arrays.copyOf(cluster(5), 512), disk.read(0, 512));
        assertSound(disk);
    }

    @Test
    void writeInPlace_whenItHangs_thenHitsNobodyElsesData() throws IOException {
        create();
        RigNode disk = open(file);
        disk.write(0, filled(PIECE / 512, 1));
        disk.flush();
        long host = hostOf(disk, 0);
        HeldNode.Hold hold = holdAt(Operation.WRITE, host + 512);
        Future<?> write = workers.start(() -> disk.write(512, filled(1, 2)));
        HeldNode.Hold longer = holdAt(Operation.WRITE, host + 4 * CLUSTER);
        hold.awaitHeld();
        Future<?> runs = workers.start(() -> disk.write(3 * CLUSTER, filled(4 * CLUSTER / 512, 3)));
        longer.awaitHeld();
        churn(disk, 0, SIZE);
        assertBounded();
        hold.release();
        longer.release();
        Workers.await(write);
        Workers.await(runs);
        assertChurned(disk, 0);
        assertSound(disk);
    }

    /** The table seems shared, so a write elsewhere in it makes a copy and gives it up. */
    @Test
    void tableLoad_whenItHangsAndItsTableIsGivenUp_thenThePlaceIsNotUsed() throws IOException {
        create();
        RigNode made = open(file);
        long far = SIZE / 2; // in the second of two L2 tables
        made.write(0, cluster(1));
        made.write(far + SIZE / 4, cluster(2));
        made.close();
        long table = l2Table(1);
        storage.put(l1() + 8, ByteBuffer.allocate(8).putLong(table).array());
        RigNode disk = open(file, "l2-cache-entry-size", "512");
        HeldNode.Hold hold = holdAt(Operation.READ, table + 512 * 4);
        Future<?> read = heldRead(disk, far + SIZE / 4, cluster(2));
        hold.awaitHeld();
        byte[] before = storage.get(table, CLUSTER);
        disk.write(far, cluster(3));
        disk.flush();
        assertTrue(table != l2Table(1), "the table is where it was: nothing was tested");
        churn(disk, 0, SIZE / 2);
        assertBounded();
        assertArrayEquals(before, storage.get(table, CLUSTER), "the table was written over");
        hold.release();
        Workers.await(read);
        assertArrayEquals(cluster(3), disk.read(far, CLUSTER));
        assertSound(disk);
    }

    private long l1() {
        return ByteBuffer.wrap(storage.get(40, 8)).getLong();
    }

    private long l2Table(int index) {
        long entry = ByteBuffer.wrap(storage.get(l1() + 8L * index, 8)).getLong();
        return entry & 0x00ff_ffff_ffff_fe00L;
    }

    @Test
    void hostDiscard_whenItHangsInTheBackground_thenOthersAreReleased() throws IOException {
        create();
        RigNode disk = open(file, "pass-discard-request", "on");
        disk.write(0, filled(PIECE / 512, 1));
        disk.flush();
        HeldNode.Hold hold = file.holdNext(Operation.DISCARD);
        disk.discard(0, PIECE);
        disk.flush();
        hold.awaitHeld();
        churn(disk, 0, SIZE);
        assertBounded();
        hold.release();
        assertChurned(disk, 0);
        assertSound(disk);
    }

    @Test
    void writeBack_whenItHangs_thenWhoFillsTheQuarantineWaitsForIt() throws Exception {
        create();
        RigNode disk = open(file);
        disk.write(0, filled(PIECE / 512, 1));
        disk.flush();
        HeldNode.Hold hold = file.holdNext(Operation.FLUSH);
        Doing<?> guest = Doing.run(() -> churn(disk, 0, SIZE));
        hold.awaitHeld();
        guest.awaitWaiting("WriteBack.join");
        assertBounded();
        hold.release();
        guest.get();
        assertBounded();
        assertSound(disk);
    }

    /** More reads hang than the first places for holds are. */
    @Test
    void reads_whenHundredsHang_thenAllTheirBytesAreThoseOfBefore() throws IOException {
        create();
        RigNode disk = open(file);
        List<HeldNode.Hold> holds = new ArrayList<>();
        List<Future<?>> reads = new ArrayList<>();
        int count = 130;
        for (int i = 0; i < count; i++) {
            disk.write((long) i * CLUSTER, cluster(i));
        }
        for (int i = 0; i < count; i++) {
            holds.add(holdAt(Operation.READ, hostOf(disk, (long) i * CLUSTER)));
            reads.add(heldRead(disk, (long) i * CLUSTER, cluster(i)));
            holds.getLast().awaitHeld();
        }
        churn(disk, 0, SIZE);
        assertBounded();
        holds.forEach(HeldNode.Hold::release);
        reads.forEach(Workers::await);
        assertSound(disk);
    }
}
