package org.ashlar.core;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.Option;
import org.ashlar.tck.HeldNode;

/**
 * The smallest overlay: blocks of 4096 bytes in memory, copied from the backing node by the first
 * write; a populating write is dropped for blocks that are there. Each of its nodes can be held.
 * Thread-safe.
 */
final class OverlayDriver implements BlockDriver {
    static final int BLOCK = 4096;

    private static final Option<Long> SIZE = Option.bytes("size").orElse(1L << 16);

    private final Map<String, HeldNode> holds = new ConcurrentHashMap<>();
    private final Map<String, Overlay> overlays = new ConcurrentHashMap<>();

    /** Returns the place to stop calls of the node of that name. */
    HeldNode held(String nodeName) {
        return holds.get(nodeName);
    }

    /** Returns whether the node of that name stores the block at {@code offset}. */
    boolean isStored(String nodeName, long offset) {
        return overlays.get(nodeName).blocks.containsKey(offset / BLOCK);
    }

    @Override
    public String name() {
        return "overlay";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
    }

    @Override
    public List<Option<?>> options() {
        return List.of(SIZE);
    }

    @Override
    public List<ChildOption> childOptions() {
        return List.of(ChildOption.optional("backing", ChildRole.BACKING, "What lies below."));
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        Child backing =
                request.attachIfGiven("backing", ChildRole.BACKING)
                        .orElseGet(() -> request.vacant("backing", ChildRole.BACKING));
        Overlay overlay = new Overlay(backing, request.background(), request.options().get(SIZE));
        HeldNode held = new HeldNode(overlay);
        overlays.put(request.nodeName(), overlay);
        holds.put(request.nodeName(), held);
        return held;
    }

    /** What it stores is replaced block by block, under the lock; reading takes none. */
    private static final class Overlay implements BlockNode {
        private final Child backing;
        private final Background background;
        private final ReentrantLock changing = new ReentrantLock();
        private final Map<Long, byte[]> blocks = new ConcurrentHashMap<>();

        /** Written under the lock. */
        private volatile long length;

        private Overlay(Child backing, Background background, long length) {
            this.backing = backing;
            this.background = background;
            this.length = length;
        }

        @Override
        public long length(Request request) {
            return length;
        }

        @Override
        public Capabilities capabilities(Map<String, Capabilities> children) {
            return Capabilities.READ_ONLY
                    .with(Feature.WRITE, Feature.PARALLEL, Feature.ZERO, Feature.DISCARD)
                    .with(Feature.RESIZE)
                    .withClusterSize(BLOCK);
        }

        @Override
        public void read(Request request, long offset, MemorySegment into) throws IOException {
            for (long done = 0; done < into.byteSize(); ) {
                long inBlock = (offset + done) % BLOCK;
                long chunk = Math.min(BLOCK - inBlock, into.byteSize() - done);
                byte[] block = blocks.get((offset + done) / BLOCK);
                if (block != null) {
                    MemorySegment.copy(MemorySegment.ofArray(block), inBlock, into, done, chunk);
                } else {
                    readBelow(request, offset + done, into.asSlice(done, chunk));
                }
                done += chunk;
            }
        }

        private void readBelow(Request request, long offset, MemorySegment into)
                throws IOException {
            long below = backing.isAttached(request) ? backing.length(request) - offset : 0;
            long there = Math.clamp(below, 0, into.byteSize());
            if (there > 0) {
                backing.read(request, offset, into.asSlice(0, there));
            }
            into.asSlice(there).fill((byte) 0);
        }

        @Override
        public void write(Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            try {
                for (long done = 0; done < from.byteSize(); ) {
                    long inBlock = (offset + done) % BLOCK;
                    long chunk = Math.min(BLOCK - inBlock, from.byteSize() - done);
                    put(request, offset + done, from.asSlice(done, chunk), flags);
                    done += chunk;
                }
            } finally {
                background.mappingChanged(offset, from.byteSize());
            }
        }

        /** Writes within one block. */
        private void put(Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            long start = offset - offset % BLOCK;
            changing.lock();
            try {
                byte[] old = blocks.get(offset / BLOCK);
                if (old != null && flags.has(IoFlags.POPULATE)) {
                    return; // somebody wrote it meanwhile
                }
                byte[] block = new byte[BLOCK];
                if (old == null) {
                    readBelow(request, start, MemorySegment.ofArray(block));
                } else {
                    System.arraycopy(old, 0, block, 0, BLOCK);
                }
                MemorySegment.copy(
                        from, 0, MemorySegment.ofArray(block), offset - start, from.byteSize());
                blocks.put(offset / BLOCK, block);
            } finally {
                changing.unlock();
            }
        }

        @Override
        public void zero(Request request, long offset, long count, IoFlags flags)
                throws IOException {
            write(request, offset, MemorySegment.ofArray(new byte[(int) count]), flags);
        }

        /** What was discarded reads as zeroes, and does not show what lies below. */
        @Override
        public void discard(Request request, long offset, long count) throws IOException {
            zero(request, offset, count, IoFlags.NONE);
        }

        @Override
        public Extent extentAt(Request request, long offset, long maxLength) {
            boolean stored = blocks.containsKey(offset / BLOCK);
            long count = BLOCK - offset % BLOCK;
            while (count < maxLength && blocks.containsKey((offset + count) / BLOCK) == stored) {
                count += BLOCK;
            }
            long some = Math.min(count, maxLength);
            return stored ? new Extent.Data(some) : new Extent.Unallocated(some);
        }

        @Override
        public void truncate(Request request, long newLength, Preallocation preallocation)
                throws IOException {
            changing.lock();
            try {
                long old = length;
                if (newLength > old) {
                    zero(request, old, newLength - old, IoFlags.NONE);
                }
                length = newLength;
                blocks.keySet().removeIf(index -> index * BLOCK >= newLength);
                blocks.computeIfPresent(newLength / BLOCK, (_, last) -> cut(last, newLength));
            } finally {
                changing.unlock();
            }
        }

        private static byte[] cut(byte[] block, long end) {
            byte[] cut = block.clone();
            Arrays.fill(cut, (int) (end % BLOCK), BLOCK, (byte) 0);
            return cut;
        }
    }
}
