package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ashlar.spi.Buffers.Buffer;
import org.ashlar.spi.source.Admission;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does requests that may have to wait, each on a virtual thread of its own, so that none holds up
 * the connection. Thread-safe.
 *
 * <ul>
 *   <li>I1: each request that was started has a place in the window until its reply is written or
 *       dropped.
 *   <li>I2: an admission ends before its reply is handed to the outbox: none is held while a client
 *       is waited for.
 *   <li>I3: once the connection has ended every admission here is or will be cancelled.
 * </ul>
 */
final class SlowLane {
    private static final Logger LOG = LoggerFactory.getLogger(SlowLane.class);

    private final Negotiated negotiated;
    private final Gate gate;
    private final Outbox outbox;
    private final Lifeline lifeline;
    private final String label;
    private final Replies replies;
    private final Set<Admission> admissions = ConcurrentHashMap.newKeySet();

    SlowLane(Negotiated negotiated, Gate gate, Outbox outbox, Lifeline lifeline, String label) {
        this.negotiated = negotiated;
        this.gate = gate;
        this.outbox = outbox;
        this.lifeline = lifeline;
        this.label = label;
        this.replies = new Replies(negotiated.mode());
        lifeline.onEnd(() -> admissions.forEach(Admission::cancel)); // I3
    }

    /** Returns how much of the window a request takes: the memory it holds, in bytes. */
    static long place(RequestHeader header) {
        return switch (header.type()) {
            case Wire.CMD_READ, Wire.CMD_WRITE -> header.length();
            case Wire.CMD_CACHE -> Math.min(SlowRequest.CACHE_STEP, header.length());
            case Wire.CMD_BLOCK_STATUS -> BlockStatus.MAX_REPLY;
            default -> 0;
        };
    }

    /**
     * Starts a request that has its place in the window; returns at once.
     *
     * @param header a copy that nobody changes
     * @param payload what to write, whose memory is given back when it has been
     * @param contexts what a block status is about
     */
    void start(RequestHeader header, Optional<Buffer> payload, List<MetaContext> contexts) {
        Thread.ofVirtual()
                .name(label + " request")
                .start(() -> outbox.send(answer(header, payload, contexts))); // I2
    }

    private Reply answer(
            RequestHeader header, Optional<Buffer> payload, List<MetaContext> contexts) {
        try {
            return admitted(header, payload, contexts);
        } catch (IOException failure) {
            return failed(header, failure);
        } catch (Throwable failure) { // I1: whatever happens, there is a reply
            LOG.error("NBD request failed: {}", header, failure);
            return failed(header, failure);
        } finally {
            payload.ifPresent(Buffer::close);
        }
    }

    private Reply admitted(
            RequestHeader header, Optional<Buffer> payload, List<MetaContext> contexts)
            throws IOException {
        SlowRequest request = new SlowRequest(negotiated, header, replies);
        Admission admission = gate.admit(SlowRequest.access(header));
        admissions.add(admission);
        try (admission) {
            if (lifeline.ended()) {
                admission.cancel(); // I3
            }
            return request.run(admission.request(), payload, contexts, place(header));
        } finally {
            admissions.remove(admission);
        }
    }

    private Reply failed(RequestHeader header, Throwable failure) {
        ByteBuffer out = ByteBuffer.allocate(Replies.MAX_SHORT);
        int error = Errors.of(failure, header.has(Wire.FLAG_FAST_ZERO), lifeline.ended());
        replies.error(out, header, error, Errors.message(failure));
        return new Reply(List.of(out.flip()), Optional.empty(), place(header));
    }
}
