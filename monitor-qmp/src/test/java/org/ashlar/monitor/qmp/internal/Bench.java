package org.ashlar.monitor.qmp.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ashlar.monitor.qmp.internal.session.Monitors;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.MonitorDriver.Monitor;
import org.ashlar.spi.control.MonitorRequest;
import org.ashlar.spi.option.OptionTree;

/** A monitor over pipes, or on a socket, of a {@link FakeLayer}. */
final class Bench implements MonitorRequest, AutoCloseable {

    private static final int PIPE_BYTES = 1 << 20;

    final FakeLayer layer;
    final Client client;
    private final OptionTree device;
    private final boolean pretty;
    private final PipedInputStream input = new PipedInputStream(PIPE_BYTES);
    private final PipedOutputStream output = new PipedOutputStream();
    private final PipedOutputStream toMonitor;
    private final CountDownLatch shutdown = new CountDownLatch(1);
    private final Monitor monitor;

    private Bench(FakeLayer layer, OptionTree device, boolean pretty) throws IOException {
        this.layer = layer;
        this.device = device;
        this.pretty = pretty;
        this.toMonitor = new PipedOutputStream(input);
        this.client = new Client(new PipedInputStream(output, PIPE_BYTES), toMonitor);
        this.monitor = new QmpDriver(new Monitors()).start(this);
    }

    /** Starts a monitor over pipes. */
    static Bench overPipes(FakeLayer layer) throws IOException {
        return of(layer, Map.of("id", "m", "backend", "stdio"), false);
    }

    /** Starts a monitor on a device. */
    static Bench of(FakeLayer layer, Map<String, String> device, boolean pretty)
            throws IOException {
        return new Bench(layer, OptionTree.dotted(device), pretty);
    }

    /** Waits until the monitor asks for the end of the program. */
    boolean awaitShutdown() throws InterruptedException {
        return shutdown.await(30, TimeUnit.SECONDS);
    }

    /** Ends the client's side. */
    void hangUp() throws IOException {
        toMonitor.close();
    }

    @Override
    public BlockLayer layer() {
        return layer;
    }

    @Override
    public OptionTree chardev() {
        return device;
    }

    @Override
    public boolean pretty() {
        return pretty;
    }

    @Override
    public InputStream standardInput() {
        return input;
    }

    @Override
    public OutputStream standardOutput() {
        return output;
    }

    @Override
    public void requestShutdown() {
        shutdown.countDown();
    }

    @Override
    public void close() throws IOException {
        toMonitor.close();
        monitor.close();
    }
}
