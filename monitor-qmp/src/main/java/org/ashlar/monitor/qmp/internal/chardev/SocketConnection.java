package org.ashlar.monitor.qmp.internal.chardev;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A client on a socket. */
final class SocketConnection implements Connection {

    private static final Logger LOG = LoggerFactory.getLogger("monitor");

    private final SocketChannel channel;
    private final InputStream input;
    private final OutputStream output;

    SocketConnection(SocketChannel channel) {
        this.channel = channel;
        this.input = Channels.newInputStream(channel);
        this.output = Channels.newOutputStream(channel);
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
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("cannot close a monitor's socket: {}", e.getMessage());
        }
    }
}
