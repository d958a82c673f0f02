package org.ashlar.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.function.Executable;

/**
 * What every node must do, whatever its driver: extend it, say how to open a node, and it is
 * tested. Confined to the test's thread; its randomness comes from one seed, see {@link Seed}.
 */
public abstract class BlockNodeContract {
    private static final int LEAST = 64 << 10;
    private static final int MOST = 16 << 20;
    private static final int STEPS = 300;

    private final Rig rig = new Rig();
    private RigNode node;
    private Child child;
    private Capabilities able;
    private long seed;
    private Random random;

    /** Opens a node of 64 KiB to 16 MiB, with any content. */
    protected abstract RigNode open(Rig rig) throws IOException;

    @BeforeEach
    final void openNode(TestReporter reporter) throws IOException {
        seed = Seed.choose(reporter);
        random = new Random(seed);
        node = open(rig);
        child = node.asChild();
        able = node.capabilities();
        long length = node.length();
        assertTrue(
                length >= LEAST && length <= MOST && length % able.alignment() == 0,
                "the contract wants a node of 64 KiB to 16 MiB, aligned: " + length);
    }

    /** Closing the rig fails the test if the node left a request, a buffer or work running. */
    @AfterEach
    final void closeNode() throws IOException {
        rig.close();
    }

    @Test
    final void node_whenChangedAtRandom_readsAsAnArrayOfBytes() throws IOException {
        byte[] model = content();
        for (int step = 0; step < STEPS; step++) {
            step(model, range(model.length));
        }
        assertArrayEquals(model, content(), this::told);
    }

    private void step(byte[] model, Range range) throws IOException {
        switch (able.has(Feature.WRITE) ? random.nextInt(6) : 5) {
            case 0, 1 -> write(model, range);
            case 2 -> {
                node.zero(range.offset, range.length, anyOf(IoFlags.MAY_UNMAP, IoFlags.FUA));
                Arrays.fill(model, range.offset, range.end(), (byte) 0);
            }
            case 3 -> discard(model, range);
            case 4 -> node.flush();
            default ->
                    assertArrayEquals(
                            Arrays.copyOfRange(model, range.offset, range.end()),
                            node.read(range.offset, range.length),
                            () -> range + told());
        }
    }

    private void write(byte[] model, Range range) throws IOException {
        byte[] bytes = new byte[range.length];
        random.nextBytes(bytes);
        node.write(range.offset, bytes, anyOf(IoFlags.FUA, IoFlags.COMPRESSED));
        System.arraycopy(bytes, 0, model, range.offset, range.length);
    }

    /** A discard may leave anything in its range, but touches nothing beside it. */
    private void discard(byte[] model, Range range) throws IOException {
        node.discard(range.offset, range.length);
        byte[] left = node.read(range.offset, range.length);
        System.arraycopy(left, 0, model, range.offset, range.length);
    }

    @Test
    final void node_whenWrittenFromSeveralThreads_keepsEachOnesRange() throws IOException {
        int count = 4;
        byte[] model = content();
        int part = model.length / count / able.alignment() * able.alignment();
        List<Request.Fork> forks = new ArrayList<>();
        try (RigRequest request = rig.request()) {
            for (int i = 0; i < count; i++) {
                int begin = i * part;
                Random own = new Random(seed + i);
                forks.add(
                        request.fork(forked -> change(forked, model, new Range(begin, part), own)));
            }
            for (Request.Fork fork : forks) {
                fork.join();
            }
        }
        assertArrayEquals(model, content(), this::told);
    }

    private void change(Request request, byte[] model, Range within, Random own)
            throws IOException {
        for (int step = 0; step < STEPS / 4; step++) {
            Range range = within.any(own, able.alignment());
            if (able.has(Feature.WRITE)) {
                byte[] bytes = new byte[range.length];
                own.nextBytes(bytes);
                child.write(request, range.offset, MemorySegment.ofArray(bytes), IoFlags.NONE);
                System.arraycopy(bytes, 0, model, range.offset, range.length);
            }
            byte[] seen = new byte[range.length];
            child.read(request, range.offset, MemorySegment.ofArray(seen));
            assertArrayEquals(
                    Arrays.copyOfRange(model, range.offset, range.end()),
                    seen,
                    () -> range + told());
        }
    }

    @Test
    final void write_whenNodeCannotBeWritten_isRefused() throws IOException {
        if (!able.has(Feature.WRITE)) {
            byte[] block = new byte[able.alignment()];
            assertKind(Kind.NOT_PERMITTED, () -> node.write(0, block));
            assertKind(Kind.NOT_PERMITTED, () -> node.zero(0, block.length, IoFlags.NONE));
        } else {
            byte[] block = new byte[able.alignment()];
            random.nextBytes(block);
            node.write(0, block);
            assertArrayEquals(block, node.read(0, block.length), this::told);
        }
    }

    @Test
    final void request_whenOutsideOfTheNode_isRefused() throws IOException {
        long end = node.length();
        int unit = able.alignment();
        assertKind(Kind.INVALID, () -> node.read(end, unit));
        assertKind(Kind.INVALID, () -> node.read(end - unit, 2 * unit));
        assertKind(Kind.INVALID, () -> node.read(-unit, unit));
        assertKind(Kind.INVALID, () -> node.extentAt(end, unit));
        assertArrayEquals(new byte[0], node.read(end, 0));
    }

    @Test
    final void extentAt_atRandomOffsets_saysWhatReadsShow() throws IOException {
        byte[] model = content();
        for (int step = 0; step < STEPS / 4; step++) {
            if (able.has(Feature.WRITE)) {
                step(model, range(model.length));
            }
            Range asked = range(model.length);
            try (RigRequest request = rig.request()) {
                Extent extent = child.extentAt(request, asked.offset, asked.length);
                byte[] shown =
                        Arrays.copyOfRange(
                                model, asked.offset, asked.offset + (int) extent.length());
                assertShows(request, extent, shown);
            }
        }
        assertEquals(model.length, node.map().stream().mapToLong(Extent::length).sum(), this::told);
    }

    @Test
    final void mapping_thatHasChanged_hasBeenToldOf() throws IOException {
        byte[] model = content();
        MappingWatch watch = new MappingWatch(node);
        for (int step = 0; step < STEPS / 4; step++) {
            step(model, range(model.length));
            watch.check(told());
        }
    }

    private void assertShows(RigRequest request, Extent extent, byte[] shown) throws IOException {
        Optional<Child> backing = request.childrenOf(child).withRole(ChildRole.BACKING);
        boolean zero =
                extent instanceof Extent.Zero
                        || (extent instanceof Extent.Unallocated && backing.isEmpty());
        if (zero) {
            assertArrayEquals(new byte[shown.length], shown, () -> extent + told());
        }
        if (extent instanceof Extent.Mapped mapped) {
            byte[] there = new byte[shown.length];
            mapped.child().read(request, mapped.childOffset(), MemorySegment.ofArray(there));
            assertArrayEquals(shown, there, () -> extent + told());
        }
    }

    @Test
    final void read_thatMustNotBlock_isRightOrHasNoEffect() throws IOException {
        byte[] model = content();
        byte[] seen = new byte[model.length];
        try (RigRequest request = rig.hurriedRequest()) {
            child.read(request, 0, MemorySegment.ofArray(seen));
            assertArrayEquals(model, seen, this::told);
        } catch (BlockException refused) {
            assertEquals(Kind.WOULD_BLOCK, refused.kind(), this::told);
        }
    }

    @Test
    final void truncate_whenSupported_keepsWhatRemainsAndZeroesWhatComes() throws IOException {
        byte[] model = content();
        int shorter = model.length / 2 / 4096 * 4096;
        if (!able.has(Feature.RESIZE) || !able.has(Feature.WRITE)) {
            assertThrows(BlockException.class, () -> node.truncate(shorter));
            return;
        }
        write(model, new Range(0, model.length));
        node.truncate(shorter);
        assertEquals(shorter, node.length());
        node.truncate(model.length);
        assertEquals(model.length, node.length());
        Arrays.fill(model, shorter, model.length, (byte) 0);
        assertArrayEquals(model, content(), this::told);
    }

    private byte[] content() throws IOException {
        return node.read(0, (int) node.length());
    }

    private IoFlags anyOf(IoFlags first, IoFlags second) {
        IoFlags flags = random.nextBoolean() ? first : IoFlags.NONE;
        return random.nextInt(4) == 0 ? flags.with(second) : flags;
    }

    private Range range(int length) {
        return new Range(0, length).any(random, able.alignment());
    }

    private String told() {
        return " -D" + Seed.PROPERTY + "=" + seed;
    }

    private void assertKind(Kind kind, Executable call) {
        BlockException refused = assertThrows(BlockException.class, call);
        assertEquals(kind, refused.kind(), refused::toString);
    }

    private record Range(int offset, int length) {
        int end() {
            return offset + length;
        }

        /** Returns a range within this one, short more often than long, never empty. */
        Range any(Random random, int unit) {
            int units = length / unit;
            int first = random.nextInt(units);
            int most = Math.min(units - first, 1 << random.nextInt(18));
            return new Range(offset + first * unit, (1 + random.nextInt(most)) * unit);
        }
    }
}
