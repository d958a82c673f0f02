package org.ashlar.exports.nbd.internal.session;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Buffers.Buffer;

/**
 * Serves the requests of one client, section "Transmission": takes as many off the socket as there
 * are, does at once what need not wait, hands the rest on, and writes the replies together.
 * Confined to the connection's thread.
 *
 * <ul>
 *   <li>I1: {@code 0 <= begin <= end <= CAPACITY}: what has been received and not taken yet.
 *   <li>I2: the batch has ended, with its admissions, whenever the thread waits for anything.
 *   <li>I3: when {@link #run} returns nothing of the client runs and all memory has been given
 *       back.
 * </ul>
 */
public final class Transmission {
    private static final int CAPACITY = 256 << 10;

    /** A payload that has not arrived whole and is longer than this gets memory of its own. */
    private static final int KEPT_TOGETHER = 16 << 10;

    private final SocketChannel channel;
    private final Negotiated negotiated;
    private final Lifeline lifeline;
    private final String label;
    private final Checks checks;
    private final Replies replies;
    private final Buffers buffers;
    private final RequestHeader header = new RequestHeader();
    private int begin;
    private int end;

    /** Makes the second phase of a connection whose first has ended with {@code negotiated}. */
    public Transmission(
            SocketChannel channel, Negotiated negotiated, Lifeline lifeline, String label) {
        this.channel = channel;
        this.negotiated = negotiated;
        this.lifeline = lifeline;
        this.label = label;
        this.checks = new Checks(negotiated);
        this.replies = new Replies(negotiated.mode());
        this.buffers = negotiated.offer().source().buffers();
    }

    /**
     * Serves until the client leaves or the connection is ended.
     *
     * @throws MalformedException if the client broke the protocol
     * @throws IOException if the client has gone without a word, or the source has
     */
    public void run() throws IOException {
        Window window = new Window(lifeline);
        try (Outbox outbox = new Outbox(channel, window, lifeline, label);
                Gate gate = new Gate(negotiated.offer().source(), label, lifeline);
                Buffer received = buffers.acquire(CAPACITY)) {
            Batch batch = new Batch(negotiated.offer().source(), label, outbox);
            try {
                InlineLane inline = new InlineLane(negotiated, batch, gate, replies);
                SlowLane slow = new SlowLane(negotiated, gate, outbox, lifeline, label);
                new Loop(received, batch, window, inline, slow).run();
            } finally {
                batch.abandon();
                window.awaitIdle(); // I3
            }
        }
    }

    /** The loop with what it works on. Confined to the connection's thread. */
    private final class Loop {
        private final MemorySegment memory;
        private final ByteBuffer bytes;
        private final Batch batch;
        private final Window window;
        private final InlineLane inline;
        private final SlowLane slow;

        Loop(Buffer received, Batch batch, Window window, InlineLane inline, SlowLane slow) {
            this.memory = received.segment();
            this.bytes = memory.asByteBuffer();
            this.batch = batch;
            this.window = window;
            this.inline = inline;
            this.slow = slow;
        }

        void run() throws IOException {
            try {
                boolean more = true;
                while (more) {
                    more = hasHeader() ? serve() : fill();
                }
                batch.end();
                window.awaitIdle(); // a client that says it leaves has its requests finished
            } finally {
                lifeline.end();
            }
        }

        private boolean hasHeader() {
            return end - begin >= negotiated.mode().requestHeader();
        }

        /** Waits for more from the client; returns false if it has left. */
        private boolean fill() throws IOException {
            batch.end(); // I2
            MemorySegment.copy(memory, begin, memory, 0, end - begin);
            end -= begin;
            begin = 0;
            bytes.clear().position(end);
            int count = channel.read(bytes);
            bytes.clear();
            if (count < 0 && end > 0) {
                throw new MalformedException("the client left in the middle of a request");
            }
            if (count < 0) {
                lifeline.end(); // it will not read what is in flight
                return false;
            }
            end += count; // I1
            return true;
        }

        /** Takes one request; returns false if it says that the client leaves. */
        private boolean serve() throws IOException {
            header.read(bytes, begin, negotiated.mode());
            if (Long.compareUnsigned(header.payload(), Wire.MAX_PAYLOAD) > 0) {
                throw new MalformedException("a payload over 32 MiB: " + header);
            }
            int size = negotiated.mode().requestHeader();
            int payload = (int) header.payload();
            int error = checks.error(header);
            if (header.type() == Wire.CMD_DISC) {
                return false;
            }
            if (error != 0) {
                begin += size;
                skip(payload);
                refuse(error);
                return true;
            }
            if (end - begin < size + payload) {
                if (payload <= KEPT_TOGETHER) {
                    return fill();
                }
                begin += size;
                receiveApart(payload);
                return true;
            }
            begin += size + payload;
            dispatch(payload == 0 ? MemorySegment.NULL : memory.asSlice(begin - payload, payload));
            return true;
        }

        private void refuse(int error) throws IOException {
            replies.error(batch.room(Replies.MAX_SHORT), header, error, "refused: " + header);
        }

        /** Takes a payload that nobody wants. */
        private void skip(int payload) throws IOException {
            int left = payload - Math.min(payload, end - begin);
            begin += payload - left;
            while (left > 0) {
                batch.end(); // I2
                bytes.clear().limit(Math.min(left, CAPACITY));
                left -= receive(bytes);
                begin = 0;
                end = 0;
                bytes.clear();
            }
        }

        private int receive(ByteBuffer into) throws IOException {
            int count = channel.read(into);
            if (count < 0) {
                throw new EOFException("the client left in the middle of a request");
            }
            return count;
        }

        /** Receives a long write straight into memory of its own, and writes it meanwhile. */
        private void receiveApart(int payload) throws IOException {
            Buffer apart = buffers.acquire(payload);
            boolean handedOn = false;
            try {
                int here = end - begin;
                MemorySegment.copy(memory, begin, apart.segment(), 0, here);
                begin = 0;
                end = 0;
                ByteBuffer rest = apart.segment().asByteBuffer().position(here);
                ArrivingWrite write = new ArrivingWrite(inline, header.offset(), apart.segment());
                while (rest.hasRemaining()) {
                    batch.end(); // I2
                    receive(rest);
                    if (!isDurable()) {
                        write.arrived(rest.position());
                    }
                }
                if (write.isDone()) {
                    replies.success(batch.room(Replies.MAX_SHORT), header);
                } else {
                    handedOn = true;
                    handOn(header.copy(), Optional.of(apart), List.of());
                }
            } finally {
                if (!handedOn) {
                    apart.close();
                }
            }
        }

        private void dispatch(MemorySegment payload) throws IOException {
            boolean done =
                    switch (header.type()) {
                        case Wire.CMD_READ -> inline.read(header);
                        case Wire.CMD_WRITE, Wire.CMD_TRIM, Wire.CMD_WRITE_ZEROES ->
                                !isDurable() && inline.alter(header, payload);
                        default -> false;
                    };
            if (done) {
                return;
            }
            if (header.type() == Wire.CMD_BLOCK_STATUS) {
                blockStatus(payload);
            } else {
                handOn(header.copy(), copyOf(payload), List.of());
            }
        }

        private Optional<Buffer> copyOf(MemorySegment payload) {
            if (payload.byteSize() == 0) {
                return Optional.empty();
            }
            Buffer copy = buffers.acquire(payload.byteSize());
            copy.segment().copyFrom(payload);
            return Optional.of(copy);
        }

        private boolean isDurable() {
            return header.has(Wire.FLAG_FUA) || negotiated.offer().writethrough();
        }

        /** With a payload: 64 bits of effect length, then the numbers of the contexts wanted. */
        private void blockStatus(MemorySegment payload) throws IOException {
            if (!header.has(Wire.FLAG_PAYLOAD_LEN)) {
                handOn(header.copy(), Optional.empty(), negotiated.contexts());
                return;
            }
            ByteBuffer wanted = payload.asByteBuffer();
            Optional<List<MetaContext>> contexts = contexts(wanted);
            if (contexts.isEmpty()) {
                refuse(Wire.EINVAL);
                return;
            }
            RequestHeader effect = header.withLength(wanted.getLong(0));
            int error = checks.statusRange(effect);
            if (error != 0) {
                refuse(error);
            } else {
                handOn(effect, Optional.empty(), contexts.get());
            }
        }

        private Optional<List<MetaContext>> contexts(ByteBuffer wanted) {
            int count = (wanted.remaining() - Long.BYTES) / Integer.BYTES;
            if (wanted.remaining() != Long.BYTES + count * Integer.BYTES
                    || count < 1
                    || count > negotiated.contexts().size()) {
                return Optional.empty();
            }
            List<MetaContext> contexts = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int id = wanted.getInt(Long.BYTES + i * Integer.BYTES);
                Optional<MetaContext> context = MetaContext.withId(id);
                if (context.isEmpty()
                        || !negotiated.contexts().contains(context.get())
                        || contexts.contains(context.get())) {
                    return Optional.empty();
                }
                contexts.add(context.get());
            }
            return Optional.of(contexts);
        }

        /** Hands a request on, with its payload, once the window has a place for it. */
        private void handOn(
                RequestHeader copy, Optional<Buffer> payload, List<MetaContext> contexts)
                throws IOException {
            boolean started = false;
            try {
                long place = SlowLane.place(copy);
                if (!window.tryAcquire(place)) {
                    batch.end(); // I2
                    window.acquire(place);
                }
                started = true;
            } finally {
                if (!started) {
                    payload.ifPresent(Buffer::close);
                }
            }
            slow.start(copy, payload, contexts);
        }
    }
}
