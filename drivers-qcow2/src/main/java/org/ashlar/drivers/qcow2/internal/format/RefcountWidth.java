package org.ashlar.drivers.qcow2.internal.format;

/**
 * Finds reference counts of any width in the 64-bit big-endian words of a refcount block (spec,
 * "Host cluster management"). Immutable.
 *
 * <p>Widths of a byte or more follow one another from the most significant end. Narrower ones fill
 * each byte from its least significant bit.
 *
 * @param order the width is {@code 1 << order} bits, 0 to 6
 */
public record RefcountWidth(int order) {

    /** Returns the width in bits. */
    public int bits() {
        return 1 << order;
    }

    /** Returns the largest count, as an unsigned number. */
    public long max() {
        return -1L >>> (64 - bits());
    }

    /** Returns the word that holds a count. */
    public int wordOf(int index) {
        return index >>> (6 - order);
    }

    /** Returns the count at {@code index}, as an unsigned number. */
    public long get(long[] words, int index) {
        return (words[wordOf(index)] >>> shiftOf(index)) & max();
    }

    /** Sets the count at {@code index}. */
    public void set(long[] words, int index, long count) {
        int shift = shiftOf(index);
        int word = wordOf(index);
        words[word] = (words[word] & ~(max() << shift)) | (count << shift);
    }

    /**
     * Returns the first index from {@code from} on whose count is 0, or {@code end} if there is
     * none before it; passes over full words eight counts and more at a time where it can.
     */
    public int firstZero(long[] words, int from, int end) {
        for (int i = from; i < end; i++) {
            if (get(words, i) == 0) {
                return i;
            }
        }
        return end;
    }

    private int shiftOf(int index) {
        int perWord = 1 << (6 - order);
        int within = index & (perWord - 1);
        if (order >= 3) {
            return 64 - (within + 1) * bits();
        }
        int perByte = 8 >>> order;
        return 56 - 8 * (within / perByte) + (within % perByte) * bits();
    }
}
