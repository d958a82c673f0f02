package org.ashlar.drivers.raw.internal.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.ashlar.drivers.raw.internal.file.FaultyCalls.Call;
import org.ashlar.drivers.raw.internal.linux.Errno;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.IoFlags;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of calls that the system interrupts, splits, refuses or fails. */
class FileFaultTest {
    private static final int LENGTH = 64 << 10;
    private static final byte[] CONTENT = new byte[LENGTH];

    static {
        new Random(7).nextBytes(CONTENT);
    }

    @TempDir Path folder;
    private FaultyCalls calls;
    private FileRig rig;
    private Path file;
    private RigNode node;

    @BeforeEach
    void open() throws IOException {
        file = folder.resolve("x.img");
        Files.write(file, CONTENT);
        calls = new FaultyCalls();
        rig = FileRig.over(calls);
        node = rig.open(file);
    }

    @AfterEach
    void close() throws IOException {
        node.abandon();
        rig.close();
    }

    private static BlockException assertFails(Kind kind, Executable call) {
        BlockException failed = assertThrows(BlockException.class, call);
        assertEquals(kind, failed.kind(), failed::toString);
        return failed;
    }

    @Test
    void read_whenInterruptedAndSplit_isWhole() throws IOException {
        calls.next(Call.READ, -Errno.EINTR, 1, 4095, -Errno.EINTR, 100);
        assertArrayEquals(CONTENT, node.read(0, LENGTH));
    }

    @Test
    void write_whenInterruptedAndSplit_isWhole() throws IOException {
        byte[] bytes = Arrays.copyOf(CONTENT, 10000);
        calls.next(Call.WRITE, 1, -Errno.EINTR, 4095, 1);
        node.write(50000, bytes);
        byte[] all = Files.readAllBytes(file);
        assertArrayEquals(bytes, Arrays.copyOfRange(all, 50000, 60000));
    }

    @Test
    void read_whenTheStorageFails_saysWhereAndWhy() {
        calls.next(Call.READ, -Errno.EIO);
        BlockException failed = assertFails(Kind.IO, () -> node.read(512, 1024));
        assertEquals(
                "Could not read 1024 bytes at offset 512 of '" + file + "': Input/output error",
                failed.getMessage());
    }

    @Test
    void write_whenTheStorageIsFull_isNoSpace() {
        calls.next(Call.WRITE, 512, -Errno.ENOSPC);
        BlockException failed = assertFails(Kind.NO_SPACE, () -> node.write(0, CONTENT));
        assertEquals(
                "Could not write 65536 bytes at offset 0 of '"
                        + file
                        + "': No space left on device",
                failed.getMessage());
    }

    @Test
    void write_whenTheFileMayNotBeSoLong_isNoSpace() {
        calls.next(Call.WRITE, 512, -Errno.EFBIG);
        assertFails(Kind.NO_SPACE, () -> node.write(0, CONTENT));
    }

    @Test
    void flush_afterOneHasFailed_failsForever() throws IOException {
        calls.next(Call.SYNC, -Errno.EINTR, -Errno.EIO);
        BlockException failed = assertFails(Kind.IO, node::flush);
        assertEquals("Could not flush '" + file + "': Input/output error", failed.getMessage());
        int made = calls.made(Call.SYNC);
        assertFails(Kind.IO, node::flush);
        assertFails(Kind.IO, () -> node.write(0, CONTENT, IoFlags.FUA));
        assertEquals(made, calls.made(Call.SYNC), "the kernel was asked again");
        assertArrayEquals(CONTENT, node.read(0, LENGTH));
    }

    @Test
    void flush_afterOneHasFailed_failsInTheNextFaceAndTheNextVersion() throws IOException {
        calls.next(Call.SYNC, -Errno.EIO);
        assertFails(Kind.IO, node::flush);
        node.reopen(FileRig.options(file), FileRig.AUTO_READ_ONLY);
        assertFails(Kind.IO, node::flush);
        RigNode next = rig.opening(file).handedOver(node.handOver()).inactive().open();
        assertFails(Kind.IO, next::flush);
        next.abandon();
    }

    @Test
    void flush_withoutThePageCache_mayBeTriedAgain() throws IOException {
        RigNode direct = rig.open(file, FileRig.DIRECT);
        calls.next(Call.SYNC, -Errno.EIO);
        assertFails(Kind.IO, direct::flush);
        assertDoesNotThrow(direct::flush);
    }

    @Test
    void write_withFua_syncsBeforeItReturns() throws IOException {
        node.write(0, CONTENT, IoFlags.FUA);
        assertEquals(1, calls.made(Call.SYNC));
        node.zero(0, 4096, IoFlags.FUA);
        assertEquals(2, calls.made(Call.SYNC));
    }

    @Test
    void flush_withNoFlush_asksTheKernelForNothing() throws IOException {
        RigNode careless = rig.open(file, FileRig.NO_FLUSH);
        careless.write(0, CONTENT, IoFlags.FUA);
        careless.flush();
        careless.close();
        assertEquals(0, calls.made(Call.SYNC));
    }

    @Test
    void zero_whenTheFileSystemHasNoFallocate_writesZeroes() throws IOException {
        calls.next(Call.ALLOCATE, -Errno.EOPNOTSUPP, -Errno.EOPNOTSUPP);
        node.zero(100, 5000, IoFlags.MAY_UNMAP);
        byte[] expected = CONTENT.clone();
        Arrays.fill(expected, 100, 5100, (byte) 0);
        assertArrayEquals(expected, Files.readAllBytes(file));
        int made = calls.made(Call.ALLOCATE);
        node.zero(100, 5000, IoFlags.MAY_UNMAP);
        node.discard(0, LENGTH);
        assertEquals(made, calls.made(Call.ALLOCATE), "the refusal was not remembered");
    }

    @Test
    void zero_whenOnlyAFastWayIsWantedAndThereIsNone_isRefusedWithoutEffect() throws IOException {
        calls.next(Call.ALLOCATE, -Errno.EOPNOTSUPP, -Errno.EOPNOTSUPP);
        assertFails(
                Kind.UNSUPPORTED,
                () -> node.zero(0, 4096, IoFlags.NO_FALLBACK.with(IoFlags.MAY_UNMAP)));
        assertArrayEquals(CONTENT, Files.readAllBytes(file));
    }

    @Test
    void zero_whenRangesCannotBeZeroedButHolesMade_staysFast() throws IOException {
        calls.next(Call.ALLOCATE, -Errno.EOPNOTSUPP);
        node.zero(4096, 4096, IoFlags.NO_FALLBACK);
        byte[] expected = CONTENT.clone();
        Arrays.fill(expected, 4096, 8192, (byte) 0);
        assertArrayEquals(expected, Files.readAllBytes(file));
        assertEquals(0, calls.made(Call.WRITE));
    }

    @Test
    void extentAt_whenTheFileSystemCannotTell_isData() throws IOException {
        calls.next(Call.SEEK, -Errno.EINVAL);
        assertEquals(new org.ashlar.spi.Extent.Data(LENGTH), node.extentAt(0, LENGTH));
    }

    @Test
    void truncate_whenPreallocationFails_leavesTheLength() throws IOException {
        calls.next(Call.ALLOCATE, -Errno.ENOSPC);
        try (RigRequest request = rig.rig.request()) {
            BlockException failed =
                    assertFails(
                            Kind.NO_SPACE,
                            () ->
                                    node.asChild()
                                            .truncate(
                                                    request,
                                                    1 << 20,
                                                    org.ashlar.spi.Preallocation.FALLOC));
            assertEquals(
                    "Could not preallocate new data: No space left on device", failed.getMessage());
        }
        assertEquals(LENGTH, node.length());
        assertEquals(LENGTH, Files.size(file));
    }

    @Test
    void read_thatMustNotBlockAndMissesThePageCache_hasNoEffectAndDoesNotWait() throws IOException {
        calls.next(Call.READ_NO_WAIT, 4096, -Errno.EAGAIN);
        try (RigRequest hurried = rig.rig.hurriedRequest();
                Arena arena = Arena.ofShared()) {
            MemorySegment into = arena.allocate(LENGTH);
            assertFails(Kind.WOULD_BLOCK, () -> node.asChild().read(hurried, 0, into));
            assertEquals(0, calls.made(Call.READ));
            node.asChild().read(hurried, 0, into);
            assertArrayEquals(CONTENT, into.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE));
        }
    }

    @Test
    void write_thatMustNotBlock_completesEvenIfTheFileSystemTookAPartOfIt() throws IOException {
        calls.next(Call.WRITE_NO_WAIT, 512);
        byte[] bytes = new byte[8192];
        Arrays.fill(bytes, (byte) 3);
        try (RigRequest hurried = rig.rig.hurriedRequest();
                Arena arena = Arena.ofShared()) {
            MemorySegment from = arena.allocate(bytes.length).fill((byte) 3);
            node.asChild().write(hurried, 4096, from, IoFlags.NONE);
        }
        assertArrayEquals(bytes, Arrays.copyOfRange(Files.readAllBytes(file), 4096, 12288));
    }

    @Test
    void write_thatMustNotBlock_isRefusedWhereTheFileSystemSaysItWouldWait() throws IOException {
        calls.next(Call.WRITE_NO_WAIT, -Errno.EAGAIN);
        try (RigRequest hurried = rig.rig.hurriedRequest();
                Arena arena = Arena.ofShared()) {
            MemorySegment from = arena.allocate(4096);
            assertFails(
                    Kind.WOULD_BLOCK,
                    () -> node.asChild().write(hurried, 4096, from, IoFlags.NONE));
        }
        assertEquals(0, calls.made(Call.WRITE));
        assertArrayEquals(CONTENT, Files.readAllBytes(file));
    }

    @Test
    void request_thatMustNotBlockAndWouldWait_isRefusedWithoutAnyCall() throws IOException {
        try (RigRequest hurried = rig.rig.hurriedRequest()) {
            var edge = node.asChild();
            MemorySegment from = MemorySegment.ofArray(CONTENT);
            assertFails(Kind.WOULD_BLOCK, () -> edge.write(hurried, 0, from, IoFlags.FUA));
            assertFails(Kind.WOULD_BLOCK, () -> edge.zero(hurried, 0, 4096, IoFlags.NONE));
            assertFails(Kind.WOULD_BLOCK, () -> edge.discard(hurried, 0, 4096));
            assertFails(Kind.WOULD_BLOCK, () -> edge.flush(hurried));
            assertFails(Kind.WOULD_BLOCK, () -> edge.extentAt(hurried, 0, 4096));
        }
        for (Call call : new Call[] {Call.WRITE, Call.SYNC, Call.ALLOCATE}) {
            assertEquals(0, calls.made(call), call.toString());
        }
    }
}
