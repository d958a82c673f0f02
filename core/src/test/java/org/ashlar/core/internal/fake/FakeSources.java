package org.ashlar.core.internal.fake;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.Children;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Request;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;

/** Sources without a graph: they record what is asked of them. Thread-safe. */
public final class FakeSources implements Sources {
    public final List<FakeSource> opened = new CopyOnWriteArrayList<>();

    @Override
    public Source open(String label) {
        FakeSource source = new FakeSource(label);
        opened.add(source);
        return source;
    }

    @Override
    public Source openStaying(String label) {
        return open(label);
    }

    /** Returns the source opened last. */
    public FakeSource last() {
        return opened.getLast();
    }

    /** A source that admits everybody. Thread-safe. */
    public static final class FakeSource implements Source {
        public final String label;
        public final List<Child> roots = new CopyOnWriteArrayList<>();
        public final List<Permissions> permissions = new CopyOnWriteArrayList<>();
        public final List<Child> claims = new CopyOnWriteArrayList<>();
        public final AtomicInteger admitted = new AtomicInteger();
        public final AtomicInteger closes = new AtomicInteger();

        FakeSource(String label) {
            this.label = label;
        }

        /** Returns whether nothing of it is held any more. */
        public boolean isReleased() {
            return closes.get() == 1 && claims.isEmpty();
        }

        @Override
        public Child addRoot(String name, String nodeName, Permissions permissions)
                throws BlockException {
            if (nodeName.equals("missing")) {
                throw new BlockException(Kind.NOT_FOUND, "no node " + nodeName);
            }
            Child root = new FakeChild(name, nodeName);
            roots.add(root);
            this.permissions.add(permissions);
            return root;
        }

        @Override
        public void permissions(Child root, Permissions permissions) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void makeWritable(String nodeName) {}

        @Override
        public void claim(Child edge) {
            claims.add(edge);
        }

        @Override
        public void relyOn(Child edge) {
            claims.add(edge);
        }

        @Override
        public void releaseClaims() {
            claims.clear();
        }

        @Override
        public long inFlight() {
            return admitted.get();
        }

        @Override
        public Child root() {
            return roots.getFirst();
        }

        @Override
        public List<Child> roots() {
            return roots;
        }

        @Override
        public Consumer consumer(String label) {
            return new FakeConsumer(admitted);
        }

        @Override
        public Buffers buffers() {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {
            closes.incrementAndGet();
        }
    }

    private record FakeConsumer(AtomicInteger admitted) implements Consumer {
        @Override
        public Admission admit(Access access) {
            admitted.incrementAndGet();
            return new FakeAdmission(admitted);
        }

        @Override
        public Optional<Admission> tryAdmit(Access access, boolean mustNotBlock) {
            return Optional.of(admit(access));
        }

        @Override
        public void awaitOpen(Access access) {}
    }

    /** An admission that can be cancelled. */
    private static final class FakeAdmission implements Admission, Request {
        private final AtomicInteger admitted;

        /** Written by {@link #cancel()} only. */
        private volatile boolean cancelled;

        FakeAdmission(AtomicInteger admitted) {
            this.admitted = admitted;
        }

        @Override
        public Request request() {
            return this;
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public void close() {
            admitted.decrementAndGet();
        }

        @Override
        public boolean mustNotBlock() {
            return false;
        }

        @Override
        public void checkAlive() throws BlockException {
            if (cancelled) {
                throw new BlockException(Kind.CANCELLED, "the request was cancelled");
            }
        }

        @Override
        public Children childrenOf(Child parentEdge) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Fork fork(Work work) {
            throw new UnsupportedOperationException();
        }
    }
}
