package org.ashlar.jobs.internal.stream;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
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
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.image.BackingLink;
import org.ashlar.spi.option.Option;
import org.ashlar.tck.FaultyNode;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.Waiting;

/**
 * An overlay format that lives in memory, with clusters, zero clusters and a backing link; each of
 * its nodes can fail and be held. Thread-safe.
 */
final class OverlayDriver implements BlockDriver {
    static final int CLUSTER = 64 << 10;

    private static final Option<Long> SIZE = Option.bytes("size").required();

    /** The cluster size it tells of; a multiple of the one it has. */
    private static final Option<Long> TOLD = Option.bytes("cluster-size").orElse((long) CLUSTER);

    private final Map<String, Overlay> overlays = new ConcurrentHashMap<>();
    private final Map<String, FaultyNode> faults = new ConcurrentHashMap<>();
    private final Map<String, HeldNode> holds = new ConcurrentHashMap<>();

    Overlay overlay(String nodeName) {
        return overlays.get(nodeName);
    }

    FaultyNode faults(String nodeName) {
        return faults.get(nodeName);
    }

    HeldNode holds(String nodeName) {
        return holds.get(nodeName);
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
        return List.of(SIZE, TOLD);
    }

    @Override
    public List<ChildOption> childOptions() {
        return List.of(ChildOption.optional("backing", ChildRole.BACKING, "what lies below"));
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        Optional<Child> given = request.attachIfGiven("backing", ChildRole.BACKING);
        Child backing =
                given.isPresent() ? given.get() : request.vacant("backing", ChildRole.BACKING);
        Overlay overlay =
                new Overlay(
                        request.options().get(SIZE),
                        request.options().get(TOLD),
                        backing,
                        request.background());
        FaultyNode faulty = new FaultyNode(overlay);
        HeldNode held = new HeldNode(faulty);
        overlays.put(request.nodeName(), overlay);
        faults.put(request.nodeName(), faulty);
        holds.put(request.nodeName(), held);
        return held;
    }

    /** The node. Guarded by its monitor, but not while it reads what is below it. */
    static final class Overlay implements BlockNode, BackingLink {
        private static final byte[] ZERO = new byte[0];

        private final long length;
        private final long cluster;
        private final Child backing;
        private final Background background;

        /** Cluster by index: {@link #ZERO}, or the data. */
        private final TreeMap<Long, byte[]> clusters = new TreeMap<>();

        private Optional<ImageReference> header = Optional.of(new ImageReference("old", "overlay"));
        private Optional<HeaderHold> headerHold = Optional.empty();
        private Optional<HeaderHold> afterHeaderHold = Optional.empty();
        private boolean headerFails;
        private boolean flushed;

        Overlay(long length, long cluster, Child backing, Background background) {
            this.length = length;
            this.cluster = cluster;
            this.backing = backing;
            this.background = background;
        }

        /** Puts a whole cluster in, beside any request. */
        void put(long offset, MemorySegment cluster) {
            link(offset, cluster.toArray(ValueLayout.JAVA_BYTE), IoFlags.NONE);
        }

        /** Puts a zero cluster in, beside any request. */
        void putZero(long offset) {
            link(offset, ZERO, IoFlags.NONE);
        }

        synchronized boolean isAllocated(long offset) {
            return clusters.containsKey(offset / CLUSTER);
        }

        synchronized boolean holdsData(long offset) {
            byte[] cluster = clusters.get(offset / CLUSTER);
            return cluster != null && cluster.length > 0;
        }

        /** Stops the next change of the header before it is made. */
        synchronized HeaderHold holdHeader() {
            headerHold = Optional.of(new HeaderHold());
            return headerHold.get();
        }

        /** Stops the next change of the header after it is made and durable. */
        synchronized HeaderHold holdAfterHeader() {
            afterHeaderHold = Optional.of(new HeaderHold());
            return afterHeaderHold.get();
        }

        private synchronized Optional<HeaderHold> takeAfterHold() {
            Optional<HeaderHold> taken = afterHeaderHold;
            afterHeaderHold = Optional.empty();
            return taken;
        }

        private synchronized Optional<HeaderHold> takeHold() {
            Optional<HeaderHold> taken = headerHold;
            headerHold = Optional.empty();
            return taken;
        }

        synchronized void failHeader(boolean fails) {
            headerFails = fails;
        }

        @Override
        public long length(Request request) {
            return length;
        }

        @Override
        public Capabilities capabilities(Map<String, Capabilities> children) {
            return Capabilities.READ_ONLY
                    .with(Feature.WRITE, Feature.ZERO, Feature.FAST_ZERO, Feature.PARALLEL)
                    .withClusterSize(cluster);
        }

        @Override
        public void read(Request request, long offset, MemorySegment into) throws IOException {
            for (long done = 0; done < into.byteSize(); ) {
                long at = offset + done;
                long step = Math.min(CLUSTER - at % CLUSTER, into.byteSize() - done);
                readCluster(request, at, into.asSlice(done, step));
                done += step;
            }
        }

        private void readCluster(Request request, long at, MemorySegment into) throws IOException {
            byte[] cluster;
            synchronized (this) {
                cluster = clusters.get(at / CLUSTER);
            }
            into.fill((byte) 0);
            if (cluster == null) {
                readBelow(request, at, into);
            } else if (cluster.length > 0) {
                into.copyFrom(
                        MemorySegment.ofArray(cluster).asSlice(at % CLUSTER, into.byteSize()));
            }
        }

        private void readBelow(Request request, long at, MemorySegment into) throws IOException {
            if (backing.isAttached(request)) {
                long there = Math.min(into.byteSize(), backing.length(request) - at);
                if (there > 0) {
                    backing.read(request, at, into.asSlice(0, there));
                }
            }
        }

        @Override
        public void write(Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            for (long done = 0; done < from.byteSize(); ) {
                long at = offset + done;
                long step = Math.min(CLUSTER - at % CLUSTER, from.byteSize() - done);
                MemorySegment whole = MemorySegment.ofArray(new byte[CLUSTER]);
                long start = at - at % CLUSTER;
                read(request, start, whole.asSlice(0, Math.min(CLUSTER, length - start)));
                whole.asSlice(at % CLUSTER, step).copyFrom(from.asSlice(done, step));
                link(at, whole.toArray(ValueLayout.JAVA_BYTE), flags);
                done += step;
            }
        }

        @Override
        public void zero(Request request, long offset, long count, IoFlags flags) {
            long end = offset + count;
            if (offset % CLUSTER != 0 || (end % CLUSTER != 0 && end != length)) {
                throw new AssertionError("zeroes that are not whole clusters: " + offset);
            }
            for (long at = offset; at < end; at += CLUSTER) {
                link(at, ZERO, flags);
            }
        }

        private void link(long at, byte[] cluster, IoFlags flags) {
            synchronized (this) {
                flushed = false;
                if (flags.has(IoFlags.POPULATE)) {
                    clusters.putIfAbsent(at / CLUSTER, cluster);
                } else {
                    clusters.put(at / CLUSTER, cluster);
                }
            }
            background.mappingChanged(at - at % CLUSTER, CLUSTER);
        }

        @Override
        public synchronized Extent extentAt(Request request, long offset, long maxLength) {
            byte[] cluster = clusters.get(offset / CLUSTER);
            long count = Math.min(maxLength, CLUSTER - offset % CLUSTER);
            while (count < maxLength
                    && stateOf(cluster) == stateOf(clusters.get((offset + count) / CLUSTER))) {
                count = Math.min(maxLength, count + CLUSTER);
            }
            if (cluster == null) {
                return new Extent.Unallocated(count);
            }
            return cluster.length == 0 ? new Extent.Zero(count, true) : new Extent.Opaque(count);
        }

        /** Returns 0 for no cluster, 1 for a zero cluster, 2 for data. */
        private static int stateOf(byte[] cluster) {
            return cluster == null ? 0 : cluster.length == 0 ? 1 : 2;
        }

        @Override
        public synchronized void flush(Request request) {
            flushed = true;
        }

        @Override
        public synchronized Optional<ImageReference> backing() {
            return header;
        }

        @Override
        public void changeBacking(Request request, Optional<ImageReference> to) throws IOException {
            takeHold().ifPresent(HeaderHold::stop);
            synchronized (this) {
                if (headerFails) {
                    throw new IOException("header cannot be written");
                }
                if (!flushed) {
                    throw new AssertionError("the header is ahead of the data");
                }
                header = to;
            }
            takeAfterHold().ifPresent(HeaderHold::stop);
        }
    }

    /** A change of a header that is, or will be, stopped. Thread-safe. */
    static final class HeaderHold {
        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        void awaitHeld() {
            Waiting.on(held, "a header to be written");
        }

        void release() {
            released.countDown();
        }

        private void stop() {
            held.countDown();
            Waiting.on(released, "the release of a header");
        }
    }
}
