package org.ashlar.monitor.qmp.internal.chardev;

import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A socket that clients connect to ({@code server=on}). The next client waits in the socket's queue
 * until the one before has gone.
 */
final class Listener implements CharacterDevice {

    private static final Logger LOG = LoggerFactory.getLogger("monitor");

    private final SocketOptions options;
    private final ServerSocketChannel channel;

    private Listener(SocketOptions options, ServerSocketChannel channel) {
        this.options = options;
        this.channel = channel;
    }

    /** Binds the socket, in place of a stale socket file of the same name. */
    static Listener open(SocketOptions options) throws IOException {
        return new Listener(options, options.bind());
    }

    @Override
    public String fileName() {
        return options.describe() + ",server=on";
    }

    @Override
    public boolean endsReads() {
        return true;
    }

    @Override
    public Connection accept() throws IOException {
        return new SocketConnection(channel.accept());
    }

    @Override
    public void close() {
        try {
            channel.close();
            Optional<Path> file = options.path();
            if (file.isPresent()) {
                Files.deleteIfExists(file.get());
            }
        } catch (IOException e) {
            LOG.warn("cannot take away {}: {}", options.describe(), e.getMessage());
        }
    }
}
