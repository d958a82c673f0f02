package org.ashlar.tck;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Request;

/** Serves a place in a rig before its node is open. Stateless. */
enum NotOpen implements BlockNode {
    NODE;

    @Override
    public long length(Request request) throws IOException {
        throw new IllegalStateException("the node is not open");
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        throw new IllegalStateException("the node is not open");
    }
}
