package org.ashlar.bench.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * One connection under load: it keeps {@code depth} requests in flight, sends in one call what the
 * replies of one call have freed, and drops what it reads. Simple replies. Confined to one thread.
 *
 * <ul>
 *   <li>I1: a slot is in flight from when its request is put together until its reply has come
 *       whole; its number is the cookie.
 * </ul>
 */
final class LoadConnection implements AutoCloseable {
    private static final int RECEIVE = 1 << 20;
    private static final int REQUEST = 28;
    private static final int REPLY = 16;

    private final SocketChannel channel;
    private final Load load;
    private final SplittableRandom random;
    private final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVE);
    private final ByteBuffer[] requests;
    private final ByteBuffer[] batch;
    private final long[] begun;
    private final Histogram latency = new Histogram();
    private long blocks;
    private int batched;
    private int inFlight;

    /** Bytes of the reply at hand that are still to come and are dropped. */
    private long toDrop;

    /** The slot whose data are being dropped. */
    private int dropping;

    private LoadConnection(SocketChannel channel, Load load, long seed) {
        this.channel = channel;
        this.load = load;
        this.random = new SplittableRandom(seed);
        this.requests = new ByteBuffer[load.depth()];
        this.batch = new ByteBuffer[load.depth()];
        this.begun = new long[load.depth()];
        boolean writes = load.operation() == Load.Operation.WRITE;
        byte[] payload = new byte[writes ? load.blockSize() : 0];
        random.nextBytes(payload);
        for (int slot = 0; slot < requests.length; slot++) {
            requests[slot] = ByteBuffer.allocateDirect(REQUEST + payload.length);
            requests[slot].put(REQUEST, payload);
        }
    }

    /** Connects and chooses the export. */
    static LoadConnection open(Load load, long seed) throws IOException {
        SocketChannel channel = SocketChannel.open(load.uri().address());
        try {
            if (load.uri().address() instanceof InetSocketAddress) {
                channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            }
            LoadConnection connection = new LoadConnection(channel, load, seed);
            connection.blocks = connection.negotiate() / load.blockSize();
            if (connection.blocks < 1) {
                throw new IOException("the export is shorter than a block");
            }
            return connection;
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    /** Fixed newstyle with NBD_OPT_EXPORT_NAME and no padding; returns the export's length. */
    private long negotiate() throws IOException {
        ByteBuffer hello = receive(18);
        if (hello.getLong(8) != 0x49484156454F5054L || (hello.getShort(16) & 3) != 3) {
            throw new IOException("not a fixed newstyle NBD server");
        }
        byte[] name = load.uri().export().getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(20 + name.length);
        out.putInt(3).putLong(0x49484156454F5054L).putInt(1).putInt(name.length).put(name);
        send(out.flip());
        return receive(10).getLong(0);
    }

    private ByteBuffer receive(int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException("the server hung up");
            }
        }
        return into.flip();
    }

    private void send(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            channel.write(from);
        }
    }

    /** Runs the load, waits for the last reply, and returns the latencies. */
    Histogram run() throws IOException {
        long now = System.nanoTime();
        long end = now + load.time().toNanos();
        for (int slot = 0; slot < requests.length; slot++) {
            begin(slot, now);
        }
        sendBatch();
        received.clear();
        while (inFlight > 0) {
            if (channel.read(received) < 0) {
                throw new EOFException("the server hung up");
            }
            received.flip();
            now = System.nanoTime();
            takeReplies(now, now < end);
            received.compact();
            sendBatch();
        }
        return latency;
    }

    private void takeReplies(long now, boolean goOn) throws IOException {
        while (true) {
            int step = (int) Math.min(toDrop, received.remaining());
            received.position(received.position() + step);
            toDrop -= step;
            if (toDrop > 0) {
                return;
            }
            if (dropping >= 0 && step > 0) {
                end(dropping, now, goOn);
            }
            if (received.remaining() < REPLY) {
                return;
            }
            int slot = takeHeader();
            if (load.operation() == Load.Operation.READ) {
                dropping = slot;
                toDrop = load.blockSize();
            } else {
                end(slot, now, goOn);
            }
        }
    }

    private int takeHeader() throws IOException {
        int magic = received.getInt();
        int error = received.getInt();
        long cookie = received.getLong();
        if (magic != 0x67446698 || error != 0 || cookie < 0 || cookie >= requests.length) {
            throw new IOException(
                    "reply with magic 0x%08x, error %d, cookie %d".formatted(magic, error, cookie));
        }
        return (int) cookie;
    }

    private void end(int slot, long now, boolean goOn) {
        latency.add(now - begun[slot]);
        dropping = -1;
        inFlight--; // I1
        if (goOn) {
            begin(slot, now);
        }
    }

    private void begin(int slot, long now) {
        ByteBuffer request = requests[slot].clear();
        request.putInt(0, 0x25609513).putShort(4, (short) 0);
        request.putShort(6, (short) load.operation().command()).putLong(8, slot);
        request.putLong(16, random.nextLong(blocks) * load.blockSize());
        request.putInt(24, load.blockSize());
        begun[slot] = now;
        batch[batched++] = request;
        inFlight++; // I1
    }

    private void sendBatch() throws IOException {
        int first = 0;
        while (first < batched) {
            channel.write(batch, first, batched - first);
            while (first < batched && !batch[first].hasRemaining()) {
                first++;
            }
        }
        batched = 0;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
