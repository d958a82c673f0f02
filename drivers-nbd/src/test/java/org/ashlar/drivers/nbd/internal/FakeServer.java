package org.ashlar.drivers.nbd.internal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.spi.option.OptionTree;

/** A server whose every byte is the test's. Thread-safe. */
final class FakeServer implements AutoCloseable {
    private final SocketAddress address;
    private final ServerSocketChannel listener;
    private final Peer peer;
    private final List<SocketChannel> clients = new CopyOnWriteArrayList<>();

    /** How many clients have connected. */
    final AtomicInteger connections = new AtomicInteger();

    /** What it does with a connection, which is closed when this returns. */
    interface Peer {
        void serve(DataInputStream in, DataOutputStream out) throws IOException;
    }

    /** Starts one on a socket in a folder. */
    FakeServer(Path folder, Peer peer) throws IOException {
        this(UnixDomainSocketAddress.of(folder.resolve("fake.sock")), peer);
    }

    /** Starts one on a free port of this host. */
    static FakeServer onPort(Peer peer) throws IOException {
        return new FakeServer(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), peer);
    }

    private FakeServer(SocketAddress address, Peer peer) throws IOException {
        this.peer = peer;
        this.listener =
                address instanceof InetSocketAddress
                        ? ServerSocketChannel.open()
                        : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listener.bind(address);
        this.address = listener.getLocalAddress();
        Thread.ofVirtual().name("fake server").start(this::accept);
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel client = listener.accept();
                connections.incrementAndGet();
                clients.add(client);
                Thread.ofVirtual().name("fake server's peer").start(() -> serve(client));
            }
        } catch (IOException closed) {
            return;
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            peer.serve(
                    new DataInputStream(Channels.newInputStream(client)),
                    new DataOutputStream(Channels.newOutputStream(client)));
        } catch (IOException gone) {
            return;
        }
    }

    /** Returns options that open it. */
    OptionTree options(Map<String, String> more) {
        Map<String, String> options = new HashMap<>(more);
        if (address instanceof InetSocketAddress inet) {
            options.put("server.type", "inet");
            options.put("server.host", "localhost");
            options.put("server.port", Integer.toString(inet.getPort()));
        } else {
            options.put("path", address.toString());
        }
        return OptionTree.dotted(options);
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (SocketChannel client : clients) {
            client.close();
        }
    }
}
