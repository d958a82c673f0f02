package org.ashlar.drivers.nbd.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.Request;

/**
 * A command from its sending to the end of its reply. Shared by who waits for it and the reader of
 * replies; guarded by its lock, over which memory is copied but nothing is waited for.
 *
 * <ul>
 *   <li>I1: after {@link #abandon} or the end nothing is written to {@code into}.
 *   <li>I2: it ends once.
 * </ul>
 */
final class Pending {
    private static final long POLL_MILLIS = 100;

    private final Command command;
    private final Optional<MemorySegment> into;
    private final Coverage coverage;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition done = lock.newCondition();

    @GuardedBy("lock")
    private boolean abandoned;

    @GuardedBy("lock")
    private boolean ended;

    @GuardedBy("lock")
    private Optional<IOException> failure = Optional.empty();

    /** The first extent of a block status. */
    @GuardedBy("lock")
    private Optional<Status> status = Optional.empty();

    /** Makes a command that reads into {@code into}, if that is given. */
    Pending(Command command, Optional<MemorySegment> into) {
        this.command = command;
        this.into = into;
        this.coverage = new Coverage(command.isRead() ? command.length() : 0);
    }

    /** What a block status says of a run of bytes. Immutable. */
    record Status(long length, long flags) {}

    Command command() {
        return command;
    }

    // The reader of replies.

    /** Takes note that a range of a read comes next. */
    void expect(long offset, long length) throws MalformedException {
        if (!command.isRead()) {
            throw new MalformedException("data for a " + Protocol.nameOf(command.type()));
        }
        coverage.add(offset, length);
    }

    /** Copies a part of the data, {@code offset} bytes into the read. */
    void data(long offset, ByteBuffer part) {
        int length = part.remaining();
        lock.lock();
        try {
            if (into.isPresent() && !abandoned && !ended) { // I1
                into.get().asSlice(offset, length).copyFrom(MemorySegment.ofBuffer(part));
            }
        } finally {
            lock.unlock();
        }
    }

    void hole(long offset, long length) {
        lock.lock();
        try {
            if (into.isPresent() && !abandoned && !ended) { // I1
                into.get().asSlice(offset, length).fill((byte) 0);
            }
        } finally {
            lock.unlock();
        }
    }

    void status(Status first) throws MalformedException {
        lock.lock();
        try {
            if (command.type() != Protocol.CMD_BLOCK_STATUS || status.isPresent()) {
                throw new MalformedException("a block status that was not asked for");
            }
            status = Optional.of(first);
        } finally {
            lock.unlock();
        }
    }

    /** Keeps the first error of a reply that goes on. */
    void error(IOException error) {
        lock.lock();
        try {
            failure = failure.or(() -> Optional.of(error));
        } finally {
            lock.unlock();
        }
    }

    /** Ends it after its whole reply. */
    void complete() throws MalformedException {
        lock.lock();
        try {
            boolean asked = command.type() == Protocol.CMD_BLOCK_STATUS;
            boolean whole = coverage.isComplete() && (status.isPresent() || !asked);
            boolean missing = failure.isEmpty() && !whole;
            if (missing) {
                throw new MalformedException(
                        "an incomplete reply to a " + Protocol.nameOf(command.type()));
            }
            endLocked();
        } finally {
            lock.unlock();
        }
    }

    /** Ends it because its connection has ended. */
    void fail(IOException reason) {
        lock.lock();
        try {
            if (!ended) {
                failure = Optional.of(reason);
                endLocked();
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void endLocked() {
        ended = true; // I2
        done.signalAll();
    }

    // Who waits for it.

    /** Gives the reply up: it may come, but goes nowhere. */
    void abandon() {
        lock.lock();
        try {
            abandoned = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the end for as long as the request is alive. */
    void await(Request request) throws IOException {
        while (!awaitEnd(POLL_MILLIS)) {
            request.checkAlive();
        }
    }

    /** Waits for the end; returns whether it has come. */
    boolean awaitEnd(long millis) {
        lock.lock();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!ended && nanos > 0) {
                nanos = done.awaitNanos(nanos);
            }
            return ended;
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at an nbd request", e);
        } finally {
            lock.unlock();
        }
    }

    /** Returns what came of it, once it has ended. */
    Optional<Status> result() throws IOException {
        lock.lock();
        try {
            if (failure.isPresent()) {
                throw failure.get();
            }
            return status;
        } finally {
            lock.unlock();
        }
    }
}
