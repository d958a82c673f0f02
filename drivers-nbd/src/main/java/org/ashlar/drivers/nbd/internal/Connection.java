package org.ashlar.drivers.nbd.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.ashlar.drivers.nbd.internal.Pending.Status;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/**
 * One connection in its transmission phase: many commands in flight, each waited for by the thread
 * that sent it; a thread of the connection's reads the replies. Thread-safe. {@code sending} is
 * held over the write of one command; who waits for it, and whoever holds it, gives up when its
 * request does.
 *
 * <ul>
 *   <li>I1: a command is in {@code inFlight}, and holds a place, from before it is sent until its
 *       whole reply was read or the connection has ended; that it was given up changes nothing.
 *   <li>I2: {@code lost} is set before the commands in flight are failed, and read after one is put
 *       there, so none is forgotten.
 * </ul>
 */
final class Connection implements AutoCloseable {
    private static final int IN_FLIGHT_MOST = 64;
    private static final long POLL_MILLIS = 100;
    private static final long WATCH_MILLIS = 500;

    /** How long a change that was given up is waited for before the connection is cut. */
    private static final Duration CHANGE_GRACE = Duration.ofSeconds(5);

    private final Wire wire;
    private final Export export;
    private final Consumer<Connection> onLost;
    private final Map<Long, Pending> inFlight = new ConcurrentHashMap<>();
    private final AtomicLong cookies = new AtomicLong();
    private final Semaphore places = new Semaphore(IN_FLIGHT_MOST);
    private final ReentrantLock sending = new ReentrantLock();
    private final AtomicReference<@Nullable LostException> lost = new AtomicReference<>();
    private final CountDownLatch ended = new CountDownLatch(1);
    private final CountDownLatch readerEnded = new CountDownLatch(1);

    /** Whose command is being written; written by who holds {@code sending}. */
    private volatile Optional<Request> sender = Optional.empty();

    private Connection(Wire wire, Export export, Consumer<Connection> onLost) {
        this.wire = wire;
        this.export = export;
        this.onLost = onLost;
    }

    /** Starts the transmission phase on a wire on which {@code export} was agreed. */
    static Connection start(Wire wire, Export export, String target, Consumer<Connection> onLost) {
        Connection connection = new Connection(wire, export, onLost);
        Thread.ofVirtual().name("nbd replies of " + target).start(connection::readReplies);
        Thread.ofVirtual().name("nbd watch of " + target).start(connection::watchSender);
        return connection;
    }

    Export export() {
        return export;
    }

    /** Returns why it ended, if it has. */
    Optional<LostException> lost() {
        return Optional.ofNullable(lost.get());
    }

    /**
     * Sends a command and waits for its reply.
     *
     * @throws LostException if the connection ended first: the command may have been carried out
     * @throws BlockException what the server answered, or that the request is alive no more
     */
    Optional<Status> execute(Request request, Command command, Optional<MemorySegment> into)
            throws IOException {
        Pending pending = new Pending(command, into);
        awaitPlace(request);
        long cookie = cookies.incrementAndGet();
        inFlight.put(cookie, pending); // I1
        if (lost.get() != null) { // I2
            inFlight.remove(cookie);
            throw lostNow();
        }
        send(request, cookie, command);
        try {
            pending.await(request);
        } catch (IOException givenUp) {
            giveUp(pending);
            throw givenUp;
        }
        return pending.result();
    }

    private void awaitPlace(Request request) throws IOException {
        try {
            while (!places.tryAcquire(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                request.checkAlive();
                if (lost.get() != null) {
                    throw lostNow();
                }
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at an nbd request", e);
        }
    }

    private LostException lostNow() {
        LostException reason = lost.get();
        return reason == null ? new LostException(new IOException("not connected")) : reason;
    }

    private void send(Request request, long cookie, Command command) throws IOException {
        ByteBuffer header = command.header(export.replies(), cookie);
        try {
            while (!sending.tryLock(POLL_MILLIS, TimeUnit.MILLISECONDS)) {
                request.checkAlive();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at an nbd request", e);
        } catch (IOException givenUp) {
            forget(cookie);
            throw givenUp;
        }
        try {
            sender = Optional.of(request);
            if (command.payload().isPresent()) {
                wire.write(header, command.payload().get().asByteBuffer());
            } else {
                wire.write(header);
            }
        } catch (IOException e) {
            end(e);
        } finally {
            sender = Optional.empty();
            sending.unlock();
        }
    }

    private void forget(long cookie) {
        if (inFlight.remove(cookie) != null) {
            places.release();
        }
    }

    /**
     * A read that is given up may be answered later. A change must not land after it was reported
     * as ended: if the server does not answer soon, the connection is cut.
     */
    private void giveUp(Pending pending) {
        pending.abandon();
        if (pending.command().isChange() && !pending.awaitEnd(CHANGE_GRACE.toMillis())) {
            end(new IOException("the server does not answer a " + pending.command()));
        }
    }

    private void readReplies() {
        try {
            ReplyReader replies = new ReplyReader(wire, export, inFlight::get);
            while (true) {
                ReplyReader.Step step = replies.next();
                if (step.last()) {
                    forget(step.cookie());
                }
            }
        } catch (IOException | RuntimeException e) {
            end(e);
        } finally {
            readerEnded.countDown();
        }
    }

    /** Ends the connection if a request is given up while its command cannot be written out. */
    private void watchSender() {
        try {
            Optional<Request> before = Optional.empty();
            while (!ended.await(WATCH_MILLIS, TimeUnit.MILLISECONDS)) {
                Optional<Request> now = sender;
                if (now.isPresent() && now.equals(before)) {
                    now.get().checkAlive();
                }
                before = now;
            }
        } catch (BlockException givenUp) {
            end(new IOException("the server does not take a request", givenUp));
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at nbd", e);
        }
    }

    /** Ends it, once: every command in flight fails with the reason. */
    private void end(Throwable reason) {
        LostException why =
                reason instanceof LostException known ? known : new LostException(reason);
        boolean first = lost.compareAndSet(null, why); // I2
        wire.close();
        inFlight.values().forEach(pending -> pending.fail(lostNow()));
        if (first) {
            ended.countDown();
            onLost.accept(this);
        }
    }

    /** Says good-bye if nothing is in flight, ends the connection, and waits for its threads. */
    @Override
    public void close() {
        if (lost.get() == null && inFlight.isEmpty() && sending.tryLock()) {
            try {
                wire.write(
                        Command.of(Protocol.CMD_DISC, 0, 0, 0)
                                .header(export.replies(), cookies.incrementAndGet()));
            } catch (IOException e) {
                end(e);
            } finally {
                sending.unlock();
            }
        }
        end(new IOException("the node was closed"));
        try {
            readerEnded.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at nbd", e);
        }
    }
}
