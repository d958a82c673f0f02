package org.ashlar.core.internal.open;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Request;

/** Stands for a node while it is being opened or created: nothing reads it yet. Stateless. */
final class Unopened implements BlockNode {

    @Override
    public long length(Request request) throws IOException {
        throw new BlockException(Kind.BUSY, "the node is being opened");
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        throw new BlockException(Kind.BUSY, "the node is being opened");
    }
}
