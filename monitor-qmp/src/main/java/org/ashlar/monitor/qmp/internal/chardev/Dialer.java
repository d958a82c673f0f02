package org.ashlar.monitor.qmp.internal.chardev;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket that connects to a server ({@code server=off}): once, or again and again after {@code
 * reconnect} seconds. Guarded by {@code lock}, which is never held over a connect.
 */
final class Dialer implements CharacterDevice {

    private static final Logger LOG = LoggerFactory.getLogger("monitor");

    private final SocketOptions options;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();

    @GuardedBy("lock")
    private boolean closed;

    /**
     * The connection made by {@code open}, until it is accepted; written by the accepting thread.
     */
    private volatile Optional<SocketChannel> first;

    private Dialer(SocketOptions options, Optional<SocketChannel> first) {
        this.options = options;
        this.first = first;
    }

    /** Connects; only a device that reconnects may fail to at first. */
    static Dialer open(SocketOptions options) throws IOException {
        try {
            return new Dialer(options, Optional.of(options.connect()));
        } catch (IOException e) {
            if (options.reconnect() == 0) {
                throw e;
            }
            LOG.warn("{}", e.getMessage());
            return new Dialer(options, Optional.empty());
        }
    }

    @Override
    public String fileName() {
        return options.describe();
    }

    @Override
    public boolean endsReads() {
        return true;
    }

    @Override
    public Connection accept() throws IOException {
        Optional<SocketChannel> channel = first;
        first = Optional.empty();
        while (channel.isEmpty()) {
            awaitRetry();
            channel = dial();
        }
        return new SocketConnection(channel.get());
    }

    private Optional<SocketChannel> dial() {
        try {
            return Optional.of(options.connect());
        } catch (IOException e) {
            LOG.debug("{}", e.getMessage());
            return Optional.empty();
        }
    }

    /** Waits for the time of the next attempt, without one until the device is closed. */
    private void awaitRetry() throws ClosedChannelException {
        long seconds = options.reconnect() == 0 ? Long.MAX_VALUE : options.reconnect();
        long nanos = TimeUnit.SECONDS.toNanos(seconds);
        lock.lock();
        try {
            while (!closed && nanos > 0) {
                nanos = closing.awaitNanos(nanos);
            }
            if (closed) {
                throw new ClosedChannelException();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClosedChannelException();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            closing.signalAll();
        } finally {
            lock.unlock();
        }
        first.map(SocketConnection::new).ifPresent(SocketConnection::close);
    }
}
