package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.ashlar.spi.Child;
import org.ashlar.spi.Request;

/**
 * What lies below the image: the backing file, if a request sees one, with zeroes past its end.
 * Immutable: the edge is always there, the graph says where it leads, if to anything.
 */
public final class Backing {
    private final Optional<Child> edge;

    private Backing(Optional<Child> edge) {
        this.edge = edge;
    }

    /** Returns what the edge leads to, if anything. */
    public static Backing of(Child edge) {
        return new Backing(Optional.of(edge));
    }

    /** Returns nothing at all. */
    public static Backing none() {
        return new Backing(Optional.empty());
    }

    /** Returns whether there is a backing file. */
    public boolean exists(Request request) {
        return edge.isPresent() && edge.get().isAttached(request);
    }

    /** Returns the backing file's length in bytes, 0 if there is none. */
    long length(Request request) throws IOException {
        return exists(request) ? edge.orElseThrow().length(request) : 0;
    }

    /** Fills {@code into} with what is below {@code offset}. */
    void read(Request request, long offset, MemorySegment into) throws IOException {
        long there = Math.clamp(length(request) - offset, 0, into.byteSize());
        if (there == into.byteSize()) {
            edge.orElseThrow().read(request, offset, into);
            return;
        }
        if (there > 0) {
            edge.orElseThrow().read(request, offset, into.asSlice(0, there));
        }
        into.asSlice(there).fill((byte) 0);
    }
}
