package org.ashlar.tck;

import static org.ashlar.spi.Capabilities.Feature.DISCARD;
import static org.ashlar.spi.Capabilities.Feature.FAST_ZERO;
import static org.ashlar.spi.Capabilities.Feature.FUA;
import static org.ashlar.spi.Capabilities.Feature.NON_BLOCKING;
import static org.ashlar.spi.Capabilities.Feature.PARALLEL;
import static org.ashlar.spi.Capabilities.Feature.RESIZE;
import static org.ashlar.spi.Capabilities.Feature.WRITE;
import static org.ashlar.spi.Capabilities.Feature.ZERO;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;

/**
 * A sparse disk in memory that behaves as a file: what was never written reads as zeroes, and a
 * write past the end makes it longer. Thread-safe: guarded by one read-write lock, held over memory
 * only.
 *
 * <ul>
 *   <li>I1: every page begins below {@code length}.
 *   <li>I2: bytes of a page at or past {@code length} are zero.
 * </ul>
 */
public final class MemoryNode implements BlockNode {

    /** What a node in memory can do: everything but compress. */
    public static final Capabilities CAPABILITIES =
            Capabilities.READ_ONLY.with(
                    WRITE, RESIZE, ZERO, FAST_ZERO, FUA, DISCARD, PARALLEL, NON_BLOCKING);

    private static final int PAGE = 4096;

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Capabilities capabilities;

    @GuardedBy("lock")
    private final TreeMap<Long, byte[]> pages = new TreeMap<>();

    @GuardedBy("lock")
    private long length;

    /** Makes an empty disk of {@code length} bytes that can do everything. */
    public MemoryNode(long length) {
        this(length, CAPABILITIES);
    }

    /** Makes an empty disk that claims to be able to do less, or has limits. */
    public MemoryNode(long length, Capabilities capabilities) {
        if (length < 0) {
            throw new IllegalArgumentException("length " + length);
        }
        this.length = length;
        this.capabilities = capabilities;
    }

    /** Makes a disk with this content. */
    public static MemoryNode of(byte[] content) {
        MemoryNode node = new MemoryNode(content.length);
        node.put(0, content);
        return node;
    }

    /** Returns another disk with the same content and capabilities. */
    public MemoryNode copy() {
        lock.readLock().lock();
        try {
            MemoryNode copy = new MemoryNode(length, capabilities);
            pages.forEach((index, page) -> copy.pages.put(index, page.clone()));
            return copy;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Returns the length in bytes. */
    public long length() {
        lock.readLock().lock();
        try {
            return length;
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Returns what is stored, beside any request; zeroes past the end. */
    public byte[] get(long offset, int count) {
        byte[] bytes = new byte[count];
        copyOut(offset, MemorySegment.ofArray(bytes));
        return bytes;
    }

    /** Stores bytes beside any request, making the disk longer if need be. */
    public void put(long offset, byte[] bytes) {
        copyIn(offset, MemorySegment.ofArray(bytes));
    }

    /** Returns how many bytes of memory hold data: what a file would take on its disk. */
    public long allocatedBytes() {
        lock.readLock().lock();
        try {
            return (long) pages.size() * PAGE;
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return capabilities;
    }

    @Override
    public long length(Request request) {
        return length();
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws BlockException {
        checkRange("read", offset, into.byteSize());
        copyOut(offset, into);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags) {
        copyIn(offset, from);
    }

    @Override
    public void zero(Request request, long offset, long count, IoFlags flags) {
        erase(offset, count, true);
    }

    @Override
    public void discard(Request request, long offset, long count) {
        erase(offset, count, false);
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws BlockException {
        checkRange("extentAt", offset, 1);
        lock.readLock().lock();
        try {
            long end = Math.min(length, offset + maxLength);
            boolean stored = pages.containsKey(offset / PAGE);
            long at = Math.min(end, (offset / PAGE + 1) * PAGE);
            while (at < end && pages.containsKey(at / PAGE) == stored) {
                at = Math.min(end, at + PAGE);
            }
            return stored ? new Extent.Data(at - offset) : new Extent.Zero(at - offset, false);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws BlockException {
        if (newLength < 0) {
            throw BlockException.invalid("truncate to " + newLength + " bytes");
        }
        resize(newLength);
    }

    /** Changes the length in bytes; what comes reads as zeroes. */
    void resize(long newLength) {
        lock.writeLock().lock();
        try {
            if (newLength < length) {
                erase(newLength, length - newLength, true);
            }
            length = newLength;
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void checkRange(String what, long offset, long count) throws BlockException {
        long end = length();
        if (offset < 0 || offset > end - count) {
            throw BlockException.invalid(
                    what + " of " + count + " bytes at " + offset + " of " + end);
        }
    }

    private void copyOut(long offset, MemorySegment into) {
        lock.readLock().lock();
        try {
            for (long done = 0; done < into.byteSize(); ) {
                long at = offset + done;
                int inPage = (int) (at % PAGE);
                long step = Math.min(PAGE - inPage, into.byteSize() - done);
                byte[] page = pages.get(at / PAGE);
                if (page == null) {
                    into.asSlice(done, step).fill((byte) 0);
                } else {
                    MemorySegment.copy(MemorySegment.ofArray(page), inPage, into, done, step);
                }
                done += step;
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    private void copyIn(long offset, MemorySegment from) {
        lock.writeLock().lock();
        try {
            length = Math.max(length, offset + from.byteSize());
            for (long done = 0; done < from.byteSize(); ) {
                long at = offset + done;
                int inPage = (int) (at % PAGE);
                long step = Math.min(PAGE - inPage, from.byteSize() - done);
                byte[] page = pages.computeIfAbsent(at / PAGE, _ -> new byte[PAGE]);
                MemorySegment.copy(from, done, MemorySegment.ofArray(page), inPage, step);
                done += step;
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Drops the pages that lie whole in the range, and zeroes the edges if asked. */
    void erase(long offset, long count, boolean edges) {
        lock.writeLock().lock();
        try {
            long end = offset + count;
            length = edges ? Math.max(length, end) : length;
            long firstWhole = (offset + PAGE - 1) / PAGE;
            long endWhole = end >= length ? (end + PAGE - 1) / PAGE : end / PAGE;
            if (firstWhole < endWhole) {
                pages.subMap(firstWhole, endWhole).clear();
            }
            if (edges) {
                zeroIn(offset / PAGE, offset, end);
                zeroIn(end / PAGE, offset, end);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }

    @GuardedBy("lock")
    private void zeroIn(long index, long offset, long end) {
        byte[] page = pages.get(index);
        if (page != null) {
            long start = index * PAGE;
            int from = (int) Math.max(0, offset - start);
            int to = (int) Math.min(PAGE, end - start);
            Arrays.fill(page, from, Math.max(from, to), (byte) 0);
        }
    }
}
