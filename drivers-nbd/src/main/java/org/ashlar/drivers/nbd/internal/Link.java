package org.ashlar.drivers.nbd.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.drivers.nbd.internal.Pending.Status;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a node connected: when its connection is lost, a thread tries again and again, and requests
 * wait for it as long as the options say, then fail, until it has succeeded. A request whose reply
 * was lost is sent again. Thread-safe; guarded by its lock, over which nothing is waited for but
 * its own condition.
 *
 * <ul>
 *   <li>I1: while {@code current} is empty and the link is not closed, one thread reconnects.
 *   <li>I2: a new connection shows the same export as the first, or more.
 *   <li>I3: no connection is installed once {@code users} is 0.
 * </ul>
 */
final class Link implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Link.class);
    private static final Duration ATTEMPT = Duration.ofSeconds(30);
    private static final Duration FIRST_DELAY = Duration.ofMillis(100);
    private static final Duration MOST_DELAY = Duration.ofSeconds(5);
    private static final long POLL_MILLIS = 100;

    private final NbdOptions options;
    private final Export export;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private Optional<Connection> current = Optional.empty();

    @GuardedBy("lock")
    private long lostAt;

    @GuardedBy("lock")
    private String reason = "";

    /** How many threads reconnect: one that is about to end may meet its successor. */
    @GuardedBy("lock")
    private int reconnecting;

    /** How many faces of the node share it. */
    @GuardedBy("lock")
    private int users = 1;

    private Link(NbdOptions options, Export export) {
        this.options = options;
        this.export = export;
    }

    /** Connects, and tries again as long as the options say; gives up with the request. */
    static Link open(NbdOptions options, Request request) throws IOException {
        long end = System.nanoTime() + options.openTimeout().toNanos();
        Duration delay = FIRST_DELAY;
        while (true) {
            try {
                return connect(options, request);
            } catch (IOException e) {
                request.checkAlive();
                if (System.nanoTime() + delay.toNanos() - end > 0) {
                    throw openFailure(e);
                }
            }
            pause(delay);
            delay = longer(delay);
        }
    }

    private static Link connect(NbdOptions options, Request request) throws IOException {
        AtomicReference<@Nullable Link> made = new AtomicReference<>();
        Connection first =
                Connecting.connect(
                        options,
                        ATTEMPT,
                        request::checkAlive,
                        lost -> {
                            Link link = made.get();
                            if (link != null) {
                                link.connectionLost(lost);
                            }
                        });
        Link link = new Link(options, first.export());
        made.set(link);
        link.adopt(first);
        return link;
    }

    private static BlockException openFailure(IOException e) {
        if (e instanceof BlockException known) {
            return known;
        }
        Kind kind = e instanceof RefusedException ? Kind.INVALID : Kind.IO;
        return new BlockException(kind, String.valueOf(e.getMessage()), e);
    }

    @SuppressWarnings("UnusedVariable") // that the time has passed says nothing
    private static void pause(Duration time) {
        try {
            boolean never = new CountDownLatch(1).await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at nbd", e);
        }
    }

    private static Duration longer(Duration delay) {
        Duration doubled = delay.multipliedBy(2);
        return doubled.compareTo(MOST_DELAY) < 0 ? doubled : MOST_DELAY;
    }

    /** Returns what was agreed on at first; later connections are no less. */
    Export export() {
        return export;
    }

    /** Lets one more face of the node share the link; each closes it once. */
    Link share() {
        lock.lock();
        try {
            users++;
            return this;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Carries a command out, over as many connections as it takes within the reconnect delay.
     *
     * @throws BlockException what the server answered; of kind {@code GONE} if there is no
     *     connection
     */
    Optional<Status> execute(Request request, Command command, Optional<MemorySegment> into)
            throws IOException {
        Optional<Long> firstLoss = Optional.empty();
        while (true) {
            Connection connection = awaitConnection(request);
            try {
                return connection.execute(request, command, into);
            } catch (LostException e) {
                connectionLost(connection);
                long now = System.nanoTime();
                firstLoss = firstLoss.or(() -> Optional.of(now));
                if (now - firstLoss.get() >= options.reconnectDelay().toNanos()) {
                    throw gone(String.valueOf(e.getMessage()), e);
                }
            }
        }
    }

    private Connection awaitConnection(Request request) throws IOException {
        Optional<Connection> connection = poll();
        while (connection.isEmpty()) {
            request.checkAlive();
            connection = poll();
        }
        return connection.get();
    }

    /** Returns the connection, or empty after a short wait for one. */
    private Optional<Connection> poll() throws IOException {
        lock.lock();
        try {
            long waited = TimeUnit.MILLISECONDS.toNanos(POLL_MILLIS);
            while (current.isEmpty() && waited > 0) {
                long window = lostAt + options.reconnectDelay().toNanos() - System.nanoTime();
                if (users == 0 || window <= 0) {
                    throw gone(reason, new IOException(reason));
                }
                waited = Math.min(waited, changed.awaitNanos(Math.min(waited, window)));
            }
            return current;
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at an nbd request", e);
        } finally {
            lock.unlock();
        }
    }

    private BlockException gone(String why, IOException cause) {
        return new BlockException(
                Kind.GONE, "no connection to '%s': %s".formatted(options.target(), why), cause);
    }

    /** Uses a connection from now on; returns false if the link was closed meanwhile. */
    private boolean adopt(Connection connection) {
        lock.lock();
        try {
            if (users == 0) {
                return false; // I3
            }
            current = Optional.of(connection);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        connection.lost().ifPresent(_ -> connectionLost(connection)); // told before it was adopted
        return true;
    }

    private void connectionLost(Connection connection) {
        String why = connection.lost().map(Throwable::getMessage).orElse("");
        lock.lock();
        try {
            if (!current.equals(Optional.of(connection))) {
                return;
            }
            current = Optional.empty();
            lostAt = System.nanoTime();
            reason = why;
            changed.signalAll();
            if (users == 0) {
                return;
            }
            reconnecting++; // I1
        } finally {
            lock.unlock();
        }
        LOG.warn("The connection to '{}' is lost: {}", options.target(), why);
        Thread.ofVirtual().name("nbd reconnect to " + options.target()).start(this::reconnect);
    }

    private void reconnect() {
        try {
            Duration delay = FIRST_DELAY;
            while (isWanted() && !tryReconnect()) {
                awaitClosed(delay);
                delay = longer(delay);
            }
        } finally {
            lock.lock();
            try {
                reconnecting--;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private boolean isWanted() {
        lock.lock();
        try {
            return users > 0;
        } finally {
            lock.unlock();
        }
    }

    private void checkWanted() throws IOException {
        if (!isWanted()) {
            throw new IOException("the node was closed");
        }
    }

    private boolean tryReconnect() {
        try {
            Connection next =
                    Connecting.connect(options, ATTEMPT, this::checkWanted, this::connectionLost);
            Optional<String> conflict = export.conflictWith(next.export()); // I2
            if (conflict.isEmpty() && adopt(next)) {
                LOG.info("Connected to '{}' again", options.target());
                return true;
            }
            next.close();
            conflict.ifPresent(this::keepReason);
        } catch (IOException e) {
            keepReason(String.valueOf(e.getMessage()));
        }
        return false;
    }

    private void keepReason(String why) {
        lock.lock();
        try {
            reason = why;
        } finally {
            lock.unlock();
        }
    }

    private void awaitClosed(Duration time) {
        lock.lock();
        try {
            long nanos = time.toNanos();
            while (users > 0 && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at nbd", e);
        } finally {
            lock.unlock();
        }
    }

    /** Gives the link up; the last to do so ends the connection and waits for its threads. */
    @Override
    public void close() {
        Optional<Connection> last;
        lock.lock();
        try {
            users--;
            if (users > 0) {
                return;
            }
            last = current;
            current = Optional.empty();
            reason = "the node was closed";
            changed.signalAll();
            while (reconnecting > 0) {
                changed.await();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at nbd", e);
        } finally {
            lock.unlock();
        }
        last.ifPresent(Connection::close);
    }
}
