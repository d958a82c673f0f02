package org.ashlar.spi;

import java.lang.foreign.MemorySegment;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A pool of off-heap scratch memory, aligned to 4096 bytes, accessible from any thread.
 * Thread-safe.
 */
@ProviderType
public interface Buffers {

    /** Returns a buffer of exactly {@code size} bytes with undefined content; does not block. */
    Buffer acquire(long size);

    /** A buffer in use; closing gives it back, and its segment must not be used afterwards. */
    @ProviderType
    interface Buffer extends AutoCloseable {
        MemorySegment segment();

        @Override
        void close();
    }
}
