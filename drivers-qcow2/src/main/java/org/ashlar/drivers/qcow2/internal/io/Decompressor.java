package org.ashlar.drivers.qcow2.internal.io;

import com.github.luben.zstd.ZstdDecompressCtx;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.ashlar.drivers.qcow2.internal.format.CompressionType;

/**
 * Turns compressed bytes into exactly one cluster. Thread-safe: each call borrows a context of its
 * own, and contexts are kept for the next call.
 */
interface Decompressor extends AutoCloseable {

    /**
     * Fills {@code whole} from {@code packed}, which may be longer than what was compressed. Both
     * are off heap. Returns false if the bytes do not give a whole cluster; never writes past it.
     */
    boolean decompress(MemorySegment packed, MemorySegment whole);

    /** Frees the contexts; no call is under way. */
    @Override
    void close();

    /** Returns the decompressor for a type. */
    static Decompressor of(CompressionType type) {
        return switch (type) {
            case ZLIB -> new Deflate();
            case ZSTD -> new Zstd();
        };
    }

    /** Raw deflate. */
    final class Deflate implements Decompressor {
        private final ContextPool<Inflater> contexts =
                new ContextPool<>(() -> new Inflater(true), Inflater::end);

        @Override
        public boolean decompress(MemorySegment packed, MemorySegment whole) {
            Inflater inflater = contexts.borrow();
            try {
                return inflate(inflater, packed.asByteBuffer(), whole.asByteBuffer());
            } catch (DataFormatException damaged) {
                return false;
            } finally {
                inflater.reset();
                contexts.giveBack(inflater);
            }
        }

        /** Ends: every turn gives at least one byte, or is the last. */
        private static boolean inflate(Inflater inflater, ByteBuffer packed, ByteBuffer whole)
                throws DataFormatException {
            inflater.setInput(packed);
            while (whole.hasRemaining() && inflater.inflate(whole) > 0) {
                // Goes on while there is progress.
            }
            return !whole.hasRemaining();
        }

        @Override
        public void close() {
            contexts.close();
        }
    }

    /** Zstandard frames. */
    final class Zstd implements Decompressor {
        private final ContextPool<ZstdDecompressCtx> contexts =
                new ContextPool<>(ZstdDecompressCtx::new, ZstdDecompressCtx::close);

        @Override
        public boolean decompress(MemorySegment packed, MemorySegment whole) {
            ZstdDecompressCtx context = contexts.borrow();
            try {
                return decompress(context, packed.asByteBuffer(), whole.asByteBuffer());
            } catch (com.github.luben.zstd.ZstdException damaged) {
                return false;
            } finally {
                context.reset();
                contexts.giveBack(context);
            }
        }

        /** A cluster may be several frames: each is gone through until the cluster is full. */
        private static boolean decompress(
                ZstdDecompressCtx context, ByteBuffer packed, ByteBuffer whole) {
            while (whole.hasRemaining()) {
                int before = packed.remaining() + whole.remaining();
                context.decompressDirectByteBufferStream(whole, packed);
                if (packed.remaining() + whole.remaining() == before) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public void close() {
            contexts.close();
        }
    }
}
