package org.ashlar.tck;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.Children;
import org.ashlar.spi.Request;

/** A request of a rig; counted from its making until it is closed. Thread-safe. */
public final class RigRequest implements Request, AutoCloseable {
    private final Grace grace;
    private final long number;
    private final boolean mustNotBlock;

    /** Written by {@link #cancel} alone. */
    private volatile boolean cancelled;

    /** Written by {@link #close} alone. */
    private volatile boolean ended;

    RigRequest(Grace grace, boolean mustNotBlock) {
        this(grace, grace.begin(), mustNotBlock);
    }

    private RigRequest(Grace grace, long number, boolean mustNotBlock) {
        this.grace = grace;
        this.number = number;
        this.mustNotBlock = mustNotBlock;
    }

    @Override
    public boolean mustNotBlock() {
        return mustNotBlock;
    }

    @Override
    public void checkAlive() throws BlockException {
        checkNotEnded();
        if (cancelled) {
            throw new BlockException(BlockException.Kind.CANCELLED, "the request was cancelled");
        }
    }

    /** Fails a driver that uses a request it was not given, or after its end. */
    void checkNotEnded() {
        if (ended) {
            throw new IllegalStateException("the request has ended");
        }
    }

    @Override
    public Children childrenOf(Child parentEdge) {
        checkNotEnded();
        return ((RigChild) parentEdge).slot().children();
    }

    @Override
    public Fork fork(Work work) {
        checkNotEnded();
        grace.pin(number);
        ForkedWork fork = new ForkedWork(work, new RigRequest(grace, number, false));
        Thread.ofVirtual().name("rig-fork").start(fork);
        return fork;
    }

    /** Flags the request as cancelled; forks have flags of their own. */
    public void cancel() {
        cancelled = true;
    }

    @Override
    public void close() {
        checkNotEnded();
        ended = true;
        grace.unpin(number);
    }

    /** Work on its own thread, with its outcome. Thread-safe: written before {@code done} opens. */
    private static final class ForkedWork implements Fork, Runnable {
        private final Work work;
        private final RigRequest request;
        private final CountDownLatch done = new CountDownLatch(1);

        /** Written by {@link #run} alone. */
        private volatile Throwable failure;

        @SuppressWarnings("NullAway.Init")
        ForkedWork(Work work, RigRequest request) {
            this.work = work;
            this.request = request;
        }

        @Override
        public void run() {
            try (request) {
                work.run(request);
            } catch (IOException | RuntimeException | Error thrown) {
                failure = thrown;
            } finally {
                done.countDown();
            }
        }

        @Override
        public void join() throws IOException {
            Waiting.on(done, "the end of a fork");
            switch (failure) {
                case null -> {}
                case IOException thrown -> throw thrown;
                case RuntimeException thrown -> throw thrown;
                case Error thrown -> throw thrown;
                default -> throw new AssertionError(failure);
            }
        }
    }
}
