package org.ashlar.core;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.ashlar.spi.Request;

/**
 * The smallest overlay: blocks of 4096 bytes in memory, copied from the backing node by the first
 * write; a populating write is dropped for blocks that are there. Thread-safe.
 */
final class OverlayDriver implements BlockDriver {
    static final int BLOCK = 4096;

    @Override
    public String name() {
        return "overlay";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
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
        return new Overlay(backing);
    }

    private static final class Overlay implements BlockNode {
        private final Child backing;

        @GuardedBy("this")
        private final Map<Long, byte[]> blocks = new HashMap<>();

        private Overlay(Child backing) {
            this.backing = backing;
        }

        @Override
        public long length(Request request) {
            return 1 << 16;
        }

        @Override
        public Capabilities capabilities(Map<String, Capabilities> children) {
            return Capabilities.READ_ONLY
                    .with(Feature.WRITE, Feature.PARALLEL, Feature.ZERO, Feature.DISCARD)
                    .withClusterSize(BLOCK);
        }

        @Override
        public void read(Request request, long offset, MemorySegment into) throws IOException {
            for (long done = 0; done < into.byteSize(); ) {
                long inBlock = (offset + done) % BLOCK;
                long chunk = Math.min(BLOCK - inBlock, into.byteSize() - done);
                byte[] block = find((offset + done) / BLOCK);
                if (block != null) {
                    MemorySegment.copy(MemorySegment.ofArray(block), inBlock, into, done, chunk);
                } else if (backing.isAttached(request)) {
                    backing.read(request, offset + done, into.asSlice(done, chunk));
                } else {
                    into.asSlice(done, chunk).fill((byte) 0);
                }
                done += chunk;
            }
        }

        private synchronized byte[] find(long index) {
            return blocks.get(index);
        }

        @Override
        public synchronized void write(
                Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            for (long done = 0; done < from.byteSize(); ) {
                long index = (offset + done) / BLOCK;
                long inBlock = (offset + done) % BLOCK;
                long chunk = Math.min(BLOCK - inBlock, from.byteSize() - done);
                byte[] block = blocks.get(index);
                if (block != null && flags.has(IoFlags.POPULATE)) {
                    done += chunk; // somebody wrote it meanwhile
                    continue;
                }
                if (block == null) {
                    block = new byte[BLOCK];
                    read(request, index * BLOCK, MemorySegment.ofArray(block));
                    blocks.put(index, block);
                }
                MemorySegment.copy(from, done, MemorySegment.ofArray(block), inBlock, chunk);
                done += chunk;
            }
        }

        @Override
        public void zero(Request request, long offset, long length, IoFlags flags)
                throws IOException {
            write(request, offset, MemorySegment.ofArray(new byte[(int) length]), flags);
        }

        /** What was discarded reads as zeroes, and does not show what lies below. */
        @Override
        public void discard(Request request, long offset, long length) throws IOException {
            zero(request, offset, length, IoFlags.NONE);
        }

        @Override
        public Extent extentAt(Request request, long offset, long maxLength) {
            long length = Math.min(maxLength, BLOCK - offset % BLOCK);
            return find(offset / BLOCK) == null
                    ? new Extent.Unallocated(length)
                    : new Extent.Data(length);
        }
    }
}
