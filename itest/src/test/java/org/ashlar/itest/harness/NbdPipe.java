package org.ashlar.itest.harness;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A connection to an NBD export with many requests in flight. One thread sends; replies come in any
 * order, on a thread of the pipe.
 */
public final class NbdPipe implements AutoCloseable {
    private static final int REQUEST = 0x25609513;
    private static final int SIMPLE_REPLY = 0x67446698;
    private static final int READ = 0;

    private final NbdClient client;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final int depth;
    private final Semaphore room;
    private final Map<Long, Sent> inFlight = new ConcurrentHashMap<>();
    private final Thread receiver;
    private long cookie;

    /** Why no more replies come; written by the receiver alone. */
    private volatile @Nullable Throwable broken;

    private record Sent(int type, int length, Reply then) {}

    /** What is done with the reply to a request. */
    @FunctionalInterface
    public interface Reply {
        /** Takes what was read, or nothing; an error that it throws ends the pipe. */
        void take(byte[] data);
    }

    private NbdPipe(NbdClient client, int depth) {
        this.client = client;
        this.in = client.in();
        this.out = client.out();
        this.depth = depth;
        this.room = new Semaphore(depth);
        this.receiver = Thread.ofPlatform().name("nbd replies").daemon().start(this::receive);
    }

    /** Connects to an export, for at most {@code depth} requests at a time. */
    public static NbdPipe connect(Path socket, String export, int depth) throws IOException {
        return new NbdPipe(NbdClient.connect(socket, export), depth);
    }

    /** Sends a read. */
    public void read(long offset, int length, Reply then) throws IOException {
        send(new Header(READ, 0, offset, length), new byte[0], then);
    }

    /** Sends a request with data, or without if it has none. */
    public void change(Header header, byte[] data, Reply then) throws IOException {
        send(header, data, then);
    }

    /**
     * What a request begins with.
     *
     * @param type 1 to write, 3 to flush, 4 to trim, 6 to zero
     * @param flags 1 to have it durable, 2 to keep what is zeroed allocated
     * @param offset in bytes
     * @param length in bytes
     */
    public record Header(int type, int flags, long offset, int length) {}

    private void send(Header header, byte[] payload, Reply then) throws IOException {
        room.acquireUninterruptibly();
        check();
        inFlight.put(++cookie, new Sent(header.type, header.length, then));
        ByteBuffer bytes = ByteBuffer.allocate(28 + payload.length);
        bytes.putInt(REQUEST).putShort((short) header.flags).putShort((short) header.type);
        bytes.putLong(cookie).putLong(header.offset).putInt(header.length).put(payload);
        out.write(bytes.array());
    }

    private void check() throws IOException {
        if (broken instanceof Error error) {
            throw new AssertionError(error.getMessage(), error);
        }
        if (broken != null) {
            throw new IOException(broken);
        }
    }

    private void receive() {
        try {
            while (true) {
                if (in.readInt() != SIMPLE_REPLY) {
                    throw new AssertionError("not a simple reply");
                }
                int error = in.readInt();
                Sent sent = inFlight.remove(in.readLong());
                if (sent == null || error != 0) {
                    throw new AssertionError("the reply to " + sent + " is error " + error);
                }
                sent.then.take(sent.type == READ ? in.readNBytes(sent.length) : new byte[0]);
                room.release();
            }
        } catch (IOException | RuntimeException | Error e) {
            broken = e;
            room.release(depth + 1);
        }
    }

    /** Returns once every request that was sent has been replied to. */
    public void drain() throws IOException {
        room.acquireUninterruptibly(depth);
        check();
        room.release(depth);
    }

    @Override
    public void close() throws IOException {
        client.close();
    }

    /** Returns whether the receiver has ended within a limit. */
    public boolean awaitEnd(java.time.Duration limit) throws InterruptedException {
        return receiver.join(limit);
    }
}
