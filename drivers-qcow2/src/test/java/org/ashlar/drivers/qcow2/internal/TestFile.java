package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.spi.Capabilities.Feature.DISCARD;
import static org.ashlar.spi.Capabilities.Feature.NON_BLOCKING;
import static org.ashlar.spi.Capabilities.Feature.PARALLEL;
import static org.ashlar.spi.Capabilities.Feature.RESIZE;
import static org.ashlar.spi.Capabilities.Feature.WRITE;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;

/** A plain file as a child, shared with the reference's tools. Thread-safe. */
final class TestFile implements BlockNode, AutoCloseable {
    private final FileChannel channel;

    /** Where the next write fails after it was carried out, -1 for nowhere; set by the test. */
    private volatile long failingAt = -1;

    TestFile(Path path) throws IOException {
        this.channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
    }

    /** Lets the next write at an offset be carried out and fail. */
    void failAfterWriteAt(long offset) {
        failingAt = offset;
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return Capabilities.READ_ONLY.with(WRITE, RESIZE, DISCARD, PARALLEL, NON_BLOCKING);
    }

    @Override
    public long length(Request request) throws IOException {
        return channel.size();
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        ByteBuffer buffer = into.asByteBuffer();
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position()) < 0) {
                throw new EOFException("read past the end at " + offset);
            }
        }
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        ByteBuffer buffer = from.asByteBuffer();
        while (buffer.hasRemaining()) {
            channel.write(buffer, offset + buffer.position());
        }
        if (offset == failingAt) {
            failingAt = -1;
            throw new BlockException(BlockException.Kind.IO, "the disk forgot to answer");
        }
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        // What a discarded range reads as is anybody's guess: make it show.
        byte[] junk = new byte[(int) length];
        java.util.Arrays.fill(junk, (byte) 0xdd);
        write(request, offset, MemorySegment.ofArray(junk), IoFlags.NONE);
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        if (newLength < channel.size()) {
            channel.truncate(newLength);
        } else if (newLength > channel.size()) {
            channel.write(ByteBuffer.allocate(1), newLength - 1);
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
