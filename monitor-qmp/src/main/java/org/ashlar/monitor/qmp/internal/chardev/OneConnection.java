package org.ashlar.monitor.qmp.internal.chardev;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.CountDownLatch;

/**
 * A device with one client, who is there from the start and never comes back: {@code stdio}, and
 * {@code null}, whose client never says anything. The streams are the program's and stay open.
 */
final class OneConnection implements CharacterDevice, Connection {

    private final String fileName;
    private final InputStream input;
    private final OutputStream output;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Whether the client was handed out; written by the accepting thread. */
    private volatile boolean accepted;

    OneConnection(String fileName, InputStream input, OutputStream output) {
        this.fileName = fileName;
        this.input = input;
        this.output = output;
    }

    @Override
    public String fileName() {
        return fileName;
    }

    @Override
    public boolean endsReads() {
        return false;
    }

    @Override
    public Connection accept() throws ClosedChannelException {
        if (!accepted) {
            accepted = true;
            return this;
        }
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new ClosedChannelException();
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
