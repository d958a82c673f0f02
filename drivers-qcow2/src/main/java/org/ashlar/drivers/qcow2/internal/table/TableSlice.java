package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/**
 * A part of a second-level table in memory: of an L2 table, or a refcount block.
 *
 * <p>Words are in host order in a {@code long[]} reached through a VarHandle: bounds checks fold
 * away, no scope is checked as in a memory segment, and a word is never torn.
 *
 * <ul>
 *   <li>I1: words are changed under the image's lock alone, between {@link #beginChange} and {@link
 *       #endChange}; the version is odd meanwhile.
 *   <li>I2: who read several words without the lock and finds the version even and unchanged has
 *       read them as they stood at one moment.
 *   <li>I3: a slice that has left the cache is never changed: whoever still reads it reads the
 *       mapping of a moment at which the reader was already pinned, and what that mapping names is
 *       not reused before the reader's end.
 *   <li>I4: before its words are used for another slice, it is retired, for ever. Nobody is waited
 *       for: who reads without the lock asks afterwards whether what was read was still its own.
 * </ul>
 */
public final class TableSlice {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final VarHandle VERSION;

    /** The version of a slice that has given its words away; changes alone never lead to it. */
    private static final long RETIRED = Long.MIN_VALUE;

    private static final int SPINS = 64;
    private static final int PAUSE_NANOS = 10_000;

    static {
        try {
            VERSION = MethodHandles.lookup().findVarHandle(TableSlice.class, "version", long.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final long index;
    private final CountDownLatch settled = new CountDownLatch(1);

    /** Written once, by the loader. */
    private volatile long @Nullable [] words;

    /** Written once, by the loader, if loading failed. */
    private volatile @Nullable IOException failure;

    /** Changed under the image's lock, through VERSION. */
    @SuppressWarnings("unused")
    private long version;

    /** A hint for eviction; raced on purpose. */
    private boolean recent = true;

    // What follows is guarded by the image's lock.

    /** One bit for each block of the slice that differs from the disk. */
    private long dirty;

    /** Whether a copy of it is being written. */
    private boolean writing;

    TableSlice(long index) {
        this.index = index;
    }

    long index() {
        return index;
    }

    boolean isLoaded() {
        return words != null;
    }

    /** Makes the words known; called once. */
    void loaded(long[] content) {
        words = content;
        settled.countDown();
    }

    void failed(IOException reason) {
        failure = reason;
        settled.countDown();
    }

    /**
     * Waits for the loader. Returns false if the loader was cancelled, which is no reason for
     * anybody else to fail.
     */
    boolean awaitLoaded(Request request) throws IOException {
        request.checkAlive();
        Waiting.await(settled);
        IOException reason = failure;
        if (reason == null) {
            return true;
        }
        if (!(reason instanceof BlockException known)) {
            throw reason;
        }
        if (known.kind() == BlockException.Kind.CANCELLED) {
            return false;
        }
        throw new BlockException(known.kind(), String.valueOf(known.getMessage()), known);
    }

    private long[] content() {
        long[] content = words;
        if (content == null) {
            throw new IllegalStateException("slice " + index + " is not loaded");
        }
        return content;
    }

    // Reading, with or without the lock.

    /**
     * Returns one word; what was written before it was set is visible. Read without the lock, it
     * counts only if the slice is not found retired afterwards.
     */
    public long word(int position) {
        return (long) WORD.getAcquire(content(), position);
    }

    /** Returns whether words that were read before this call may be another slice's. */
    public boolean isRetired() {
        VarHandle.loadLoadFence();
        return (long) VERSION.getOpaque(this) == RETIRED;
    }

    /** Returns the version under which a consistent read of several words begins. */
    public long beginRead() {
        long now = (long) VERSION.getAcquire(this);
        for (int spins = 0; (now & 1) != 0; spins++) {
            if (spins % SPINS < SPINS - 1) {
                Thread.onSpinWait();
            } else {
                // The writer, in the middle of a few stores, has lost its processor.
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            now = (long) VERSION.getAcquire(this);
        }
        return now;
    }

    /**
     * Returns whether what was read since {@link #beginRead} is this slice's and consistent; if
     * not, the slice is to be looked up anew.
     */
    public boolean isUnchangedSince(long begun) {
        VarHandle.loadLoadFence();
        return (long) VERSION.getOpaque(this) == begun && begun != RETIRED;
    }

    /** Notes a use, so that the slice is kept. */
    public void touch() {
        if (!recent) {
            recent = true;
        }
    }

    // Under the image's lock.

    /** Begins a change of words; see I1. */
    public void beginChange() {
        long now = (long) VERSION.getOpaque(this);
        assert (now & 1) == 0 : "a change within a change";
        VERSION.setOpaque(this, now + 1);
        VarHandle.storeStoreFence();
    }

    /** Sets one word. */
    public void set(int position, long value) {
        assert ((long) VERSION.getOpaque(this) & 1) == 1 : "I1";
        WORD.setRelease(content(), position, value);
    }

    /** Ends a change of words. */
    public void endChange() {
        VERSION.setRelease(this, (long) VERSION.getOpaque(this) + 1);
    }

    /** Returns the words for arithmetic that no unlocked reader takes part in: refcounts. */
    long[] words() {
        return content();
    }

    /** Gives the words away to the caller, who alone may write to them from now on; see I4. */
    long[] retire() {
        assert !isDirty() && !writing : "retired before it was written";
        VERSION.setOpaque(this, RETIRED);
        VarHandle.storeStoreFence();
        return content();
    }

    boolean takeRecent() {
        boolean was = recent;
        recent = false;
        return was;
    }

    boolean isEvictable() {
        return isLoaded() && dirty == 0 && !writing;
    }

    boolean isDirty() {
        return dirty != 0;
    }

    void markDirty(long blocks) {
        dirty |= blocks;
    }

    /** Begins writing: returns the dirty blocks, which count as clean from now on. */
    long beginWriting() {
        assert !writing : "written twice at once";
        long blocks = dirty;
        dirty = 0;
        writing = true;
        return blocks;
    }

    /** Ends writing; the blocks that did not reach the disk are dirty again. */
    void endWriting(long unwritten) {
        writing = false;
        dirty |= unwritten;
    }

    /** Returns a copy of some words. */
    long[] copy(int first, int count) {
        return Arrays.copyOfRange(content(), first, first + count);
    }
}
