package org.ashlar.itest.osgi;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.control.BlockLayer;
import org.jspecify.annotations.Nullable;

/**
 * Reads a node of the driver {@code marked} without a pause, and tells which version serves it.
 * Guarded by {@code lock}.
 */
final class Load implements AutoCloseable {
    private static final long LIMIT_SECONDS = 20;

    private final Reader reader;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int mark;
    private boolean stopped;
    private boolean ended;
    private @Nullable Exception error;

    Load(BlockLayer layer, String node) throws IOException {
        this.reader = new Reader(layer, node);
        Thread.ofVirtual().name("load").start(this::run);
    }

    private void run() {
        try {
            int read;
            do {
                read = reader.read();
            } while (note(read));
        } catch (IOException | RuntimeException e) {
            lock.lock();
            try {
                error = e;
            } finally {
                lock.unlock();
            }
        } finally {
            end();
        }
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Keeps what was read; returns whether to go on. */
    private boolean note(int read) {
        lock.lock();
        try {
            mark = read;
            changed.signalAll();
            return !stopped;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until a read was served by that version; none before it may have failed. */
    void awaitMark(int expected) {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            while (mark != expected && error == null && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (error != null) {
                throw new AssertionError("a read failed", error);
            }
            if (mark != expected) {
                throw new AssertionError("still served by version " + mark + ", not " + expected);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        } finally {
            lock.unlock();
        }
    }

    /** Ends it; fails if a read has failed. */
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            stopped = true;
            long left = TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            while (!ended && left > 0) {
                left = changed.awaitNanos(left);
            }
            assertTrue(ended, "a read hangs");
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        } finally {
            lock.unlock();
        }
        reader.close();
        if (error != null) {
            throw new AssertionError("a read failed", error);
        }
    }
}
