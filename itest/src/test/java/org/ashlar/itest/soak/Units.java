package org.ashlar.itest.soak;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What a disk may hold, by units of 512 bytes. A unit that is written is filled with a stamp: its
 * own number and the number of the write. Thread-safe, if each unit is changed by one at a time.
 *
 * <p>I1: a change has a number, higher than those before it, and is noted as {@code issued} before
 * it is sent and as {@code acked} after its reply has come.
 */
final class Units {
    /** How many bytes a unit has. */
    static final int SIZE = 512;

    private static final int NUMBER_BITS = 40;

    /** How a unit is changed. */
    enum Change {
        WRITE,
        ZERO,
        TRIM
    }

    private final AtomicLong numbers = new AtomicLong();
    private final AtomicLongArray acked;
    private final AtomicLongArray issued;
    private final AtomicLongArray zeroed;
    private final AtomicLongArray trimmed;

    Units(int count) {
        acked = new AtomicLongArray(count);
        issued = new AtomicLongArray(count);
        zeroed = new AtomicLongArray(count);
        trimmed = new AtomicLongArray(count);
    }

    int count() {
        return acked.length();
    }

    /** Notes that units are about to be changed, and returns the number of the change. */
    long issue(Change change, int first, int count) {
        long number = numbers.incrementAndGet();
        for (int unit = first; unit < first + count; unit++) {
            switch (change) {
                case WRITE -> {}
                case ZERO -> zeroed.set(unit, number);
                case TRIM -> trimmed.set(unit, number);
            }
            issued.set(unit, number);
        }
        return number;
    }

    /** Returns what a write of that number puts into units. */
    static byte[] stamped(long number, int first, int count) {
        ByteBuffer data = ByteBuffer.allocate(count * SIZE).order(ByteOrder.LITTLE_ENDIAN);
        while (data.hasRemaining()) {
            data.putLong(stamp(first + data.position() / SIZE, number));
        }
        return data.array();
    }

    private static long stamp(int unit, long number) {
        return (long) (unit + 1) << NUMBER_BITS | number;
    }

    /** Notes that a change has been replied to. */
    void acknowledge(long number, int first, int count) {
        for (int unit = first; unit < first + count; unit++) {
            acked.set(unit, number);
        }
    }

    /** Returns what has been acknowledged of units, to be given to {@link #check}. */
    long[] acknowledged(int first, int count) {
        long[] numbersNow = new long[count];
        for (int i = 0; i < count; i++) {
            numbersNow[i] = acked.get(first + i);
        }
        return numbersNow;
    }

    /**
     * Fails unless units hold what may be there.
     *
     * @param since what had been acknowledged before the read was sent
     */
    void check(String reader, int first, long[] since, byte[] data) {
        ByteBuffer words = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        StringBuilder wrong = new StringBuilder();
        for (int i = 0; i < since.length; i++) {
            for (int word = 0; word < SIZE / Long.BYTES; word++) {
                long found = words.getLong();
                if (!mayHold(first + i, since[i], found)) {
                    wrong.append("\n").append(describe(first + i, word, since[i], found));
                    words.position((i + 1) * SIZE);
                    break;
                }
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(
                    "%s read %d units at %d:%s".formatted(reader, since.length, first, wrong));
        }
    }

    private boolean mayHold(int unit, long since, long found) {
        if (trimmed.get(unit) >= since && trimmed.get(unit) > 0) {
            return found == 0 || found >>> NUMBER_BITS == unit + 1;
        }
        if (found == 0) {
            return since == 0 || zeroed.get(unit) >= since;
        }
        long number = found & (1L << NUMBER_BITS) - 1;
        return found >>> NUMBER_BITS == unit + 1 && number >= since && number <= issued.get(unit);
    }

    private String describe(int unit, int word, long since, long found) {
        return "unit %d, word %d: write %d of unit %d; acknowledged %d, issued %d, zeroed %d, trimmed %d"
                .formatted(
                        unit,
                        word,
                        found & (1L << NUMBER_BITS) - 1,
                        (found >>> NUMBER_BITS) - 1,
                        since,
                        issued.get(unit),
                        zeroed.get(unit),
                        trimmed.get(unit));
    }
}
