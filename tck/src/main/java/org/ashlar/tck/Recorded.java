package org.ashlar.tck;

import java.util.Arrays;

/**
 * One recorded call with when it began and ended. Written under the monitor of its recorder; what
 * {@link Crashes} reads of it was copied under the same monitor. Immutable.
 *
 * @param call what was called
 * @param bytes what was written, empty for anything else
 * @param fua whether it is durable once it has ended
 * @param began when it began, by the recorder's clock
 * @param ended when it ended, {@link #NOT_ENDED} if it has not
 */
@SuppressWarnings("ArrayRecordComponent")
record Recorded(Call call, byte[] bytes, boolean fua, int began, int ended) {
    static final int NOT_ENDED = Integer.MAX_VALUE;

    private static final int SPLIT_LIMIT = 1 << 20;

    Recorded endedAt(int time) {
        return new Recorded(call, bytes, fua, began, time);
    }

    boolean isFlush() {
        return call.operation() == Operation.FLUSH;
    }

    /** Returns whether a disk may do a part of it: any write, and zeroing that is not large. */
    boolean isTorn() {
        return call.operation() == Operation.WRITE
                || (call.operation() == Operation.ZERO && call.length() <= SPLIT_LIMIT);
    }

    /** Makes the part of a write or zeroing on another disk that begins at {@code offset}. */
    void applyPart(MemoryNode disk, long offset, int count) {
        int from = (int) (offset - call.offset());
        disk.put(
                offset,
                call.operation() == Operation.ZERO
                        ? new byte[count]
                        : Arrays.copyOfRange(bytes, from, from + count));
    }

    /** Makes the change on another disk. */
    void applyTo(MemoryNode disk) {
        switch (call.operation()) {
            case WRITE -> disk.put(call.offset(), bytes);
            case ZERO -> disk.erase(call.offset(), call.length(), true);
            case DISCARD -> disk.erase(call.offset(), call.length(), false);
            case TRUNCATE -> disk.resize(call.offset());
            default -> throw new IllegalStateException("no change: " + call);
        }
    }
}
