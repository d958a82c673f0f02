package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.Buffers.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Writes replies to the socket, many in one call. The connection's thread writes a batch of its
 * own; other threads queue theirs for a writer, a platform thread that is there once the first has
 * come. Guarded by {@code writing}, which is held while the socket takes the bytes: that is the one
 * lock here that is held across I/O, and who waits for it holds no admission.
 *
 * <ul>
 *   <li>I1: the bytes of one reply are written together and in order.
 *   <li>I2: a queued reply never stays while nobody writes.
 *   <li>I3: each reply gives back its memory and its place exactly once, written or not.
 *   <li>I4: no virtual thread reads or writes the socket: from then on it would be polled before
 *       each read, two system calls more for every request.
 *   <li>I5: while {@code rest} is set the connection's thread holds {@code writing}, and the socket
 *       does not block; both are its alone.
 * </ul>
 */
final class Outbox implements AutoCloseable {
    private static final int MAX_PIECES = 256;
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SocketChannel channel;
    private final Window window;
    private final Lifeline lifeline;
    private final ReentrantLock writing = new ReentrantLock();
    private final Queue<Reply> queue = new ConcurrentLinkedQueue<>();
    private final Semaphore queued = new Semaphore(0);
    private final AtomicBoolean started = new AtomicBoolean();
    private final Thread writer;

    /** The memory of a reply that has been written in part, and what of it is left. */
    private @Nullable Buffer rest;

    private ByteBuffer restBytes = NOTHING;

    /** Written by {@link #hasWriter} alone. */
    private volatile boolean writerless;

    /** Written by {@link #close} alone. */
    private volatile boolean closed;

    Outbox(SocketChannel channel, Window window, Lifeline lifeline, String label) {
        this.channel = channel;
        this.window = window;
        this.lifeline = lifeline;
        this.writer =
                Thread.ofPlatform()
                        .daemon()
                        .name(label + " replies")
                        .unstarted(this::writeAsTheyCome);
    }

    /** Queues a reply and sees to it that it is written; returns at once. */
    void send(Reply reply) {
        queue.add(reply);
        if (!hasWriter()) {
            drain(); // slower is better than never: I2 before I4
        } else if (!writing.isLocked()) { // whoever has it looks again
            queued.release();
        }
    }

    private boolean hasWriter() {
        if (!started.get() && started.compareAndSet(false, true)) {
            try {
                writer.start();
            } catch (OutOfMemoryError noThread) {
                writerless = true;
            }
        }
        return !writerless;
    }

    private void writeAsTheyCome() {
        while (!closed) {
            queued.acquireUninterruptibly();
            queued.drainPermits();
            drain();
        }
    }

    /** Ends the writer; to be called when nothing is in flight. */
    @Override
    public void close() {
        closed = true;
        queued.release();
    }

    /**
     * Writes a batch of replies, and what is queued; waits until the socket has taken them.
     *
     * @throws IOException if the client has gone
     */
    void write(ByteBuffer batch) throws IOException {
        writing.lock();
        try {
            while (batch.hasRemaining()) {
                channel.write(batch);
            }
        } finally {
            writing.unlock();
            drain(); // I2, I3: also if the client has gone
        }
    }

    /**
     * Begins to write a batch of replies, of which the last goes on in {@code data}; returns when
     * the batch has been written. What is left of the data is written by {@link #push} and {@link
     * #finish}, which come before any other call of this thread. The data's memory is given back
     * when it has been.
     *
     * @throws IOException if the client has gone
     */
    void begin(ByteBuffer batch, Buffer data) throws IOException {
        writing.lock();
        rest = data; // I5
        restBytes = data.segment().asByteBuffer();
        boolean begun = false;
        try {
            channel.configureBlocking(false);
            channel.write(new ByteBuffer[] {batch, restBytes});
            if (batch.hasRemaining()) {
                channel.configureBlocking(true);
                writeAll(new ByteBuffer[] {batch});
                channel.configureBlocking(false);
            }
            begun = true;
        } finally {
            if (!begun) {
                abandon();
            }
        }
    }

    /**
     * Writes as much of what was begun as the socket takes now; never waits. That the client has
     * gone {@link #finish} tells.
     */
    void push() {
        try {
            if (restBytes.hasRemaining()) {
                channel.write(restBytes);
            }
        } catch (IOException gone) {
            lifeline.end();
        }
    }

    /**
     * Writes the rest of what was begun, if anything was, and what is queued; waits until the
     * socket has taken it.
     *
     * @throws IOException if the client has gone
     */
    void finish() throws IOException {
        if (rest != null) {
            try {
                channel.configureBlocking(true);
                writeAll(new ByteBuffer[] {restBytes});
            } finally {
                abandon();
            }
        }
    }

    /** Drops the rest of what was begun, if anything was. */
    void abandon() {
        if (rest != null) {
            rest.close();
            rest = null;
            restBytes = NOTHING;
            writing.unlock();
            drain(); // I2, I3
        }
    }

    /** Writes what is queued unless somebody else does, who then looks again. */
    private void drain() {
        boolean gone = false;
        while (!queue.isEmpty() && writing.tryLock()) { // I2
            try {
                gone |= !writeQueued();
            } finally {
                writing.unlock();
            }
        }
        if (gone) {
            lifeline.end();
        }
    }

    /** Returns false if the client has gone. */
    private boolean writeQueued() {
        List<Reply> replies = new ArrayList<>();
        List<ByteBuffer> pieces = new ArrayList<>();
        for (Reply next = poll(pieces); next != null; next = poll(pieces)) {
            replies.add(next);
            pieces.addAll(next.pieces());
        }
        try {
            writeAll(pieces.toArray(ByteBuffer[]::new));
            return true;
        } catch (IOException gone) {
            return false;
        } finally {
            replies.forEach(this::release);
        }
    }

    private @Nullable Reply poll(List<ByteBuffer> taken) {
        return taken.size() < MAX_PIECES ? queue.poll() : null;
    }

    private void writeAll(ByteBuffer[] pieces) throws IOException {
        for (int first = 0; first < pieces.length; ) {
            channel.write(pieces, first, pieces.length - first); // I1
            while (first < pieces.length && !pieces[first].hasRemaining()) {
                first++;
            }
        }
    }

    private void release(Reply reply) {
        reply.data().ifPresent(Buffer::close); // I3
        window.release(reply.place());
    }
}
