package org.ashlar.exports.nbd.internal.session;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.ashlar.spi.Buffers.Buffer;
import org.ashlar.spi.Request;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.ashlar.spi.source.RequestSource;
import org.jspecify.annotations.Nullable;

/**
 * What the connection's thread does between two waits: requests that must not block, sharing at
 * most one admission per kind of access, and their replies, written together at its end. Confined
 * to the connection's thread.
 *
 * <ul>
 *   <li>I1: admissions end before anything is written that may wait: none is held while a client is
 *       waited for.
 *   <li>I2: {@code bytes} holds whole replies up to its position.
 * </ul>
 */
final class Batch {
    /** The longest reply that finds room, in bytes. */
    static final int CAPACITY = 256 << 10;

    /**
     * Replies are written once there are so many bytes of them, so that the client works on the
     * first while the server works on the next; more at a time means both wait for each other.
     */
    private static final int ENOUGH = 32 << 10;

    private final Consumer consumer;
    private final Outbox outbox;
    private final Buffer memory;
    private final ByteBuffer bytes;
    private @Nullable Admission reading;
    private @Nullable Admission writing;

    Batch(RequestSource source, String label, Outbox outbox) {
        this.consumer = source.consumer(label);
        this.outbox = outbox;
        this.memory = source.buffers().acquire(CAPACITY);
        this.bytes = memory.segment().asByteBuffer();
    }

    /** Returns a request that must not block, or null if the gate is closed; never waits. */
    @Nullable Request admit(Access access) throws IOException {
        Admission held = access == Access.WRITE || reading == null ? writing : reading;
        if (held != null) {
            return held.request();
        }
        Optional<Admission> admitted = consumer.tryAdmit(access, true);
        if (admitted.isEmpty()) {
            return null;
        }
        if (access == Access.WRITE) {
            writing = admitted.get();
        } else {
            reading = admitted.get();
        }
        return admitted.get().request();
    }

    /** Returns the buffer with room for {@code size} more bytes; may write what is there first. */
    ByteBuffer room(int size) throws IOException {
        if (bytes.position() >= ENOUGH || bytes.remaining() < size) {
            end();
        }
        return bytes;
    }

    /** Returns the memory at index {@code at} of the buffer. */
    MemorySegment memory(int at, long length) {
        return memory.segment().asSlice(at, length);
    }

    /** Ends the admissions, then writes the replies; may wait for the client. */
    void end() throws IOException {
        endAdmissions(); // I1
        outbox.finish();
        if (bytes.position() > 0) {
            bytes.flip();
            outbox.write(bytes);
            bytes.clear();
        }
    }

    /**
     * Ends as {@link #end} does, but for the end of {@code data}, which the last reply's header
     * announces: it is written while the connection's thread goes on, and then given back.
     */
    void endWith(Buffer data) throws IOException {
        endAdmissions(); // I1
        try {
            outbox.finish();
        } catch (IOException gone) {
            data.close();
            throw gone;
        }
        bytes.flip();
        outbox.begin(bytes, data);
        bytes.clear();
    }

    /** Lets the socket have what it takes of a reply that is being written; never waits. */
    void push() {
        outbox.push();
    }

    private void endAdmissions() {
        if (reading != null) {
            reading.close();
            reading = null;
        }
        if (writing != null) {
            writing.close();
            writing = null;
        }
    }

    /** Ends the admissions, drops the replies and gives back the memory. */
    void abandon() {
        endAdmissions();
        outbox.abandon();
        memory.close();
    }
}
