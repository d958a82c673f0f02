package org.ashlar.drivers.raw.internal.raw;

import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/**
 * The part of its child that a raw node shows; bytes. Immutable.
 *
 * @param offset where it begins
 * @param size how long it is, or {@link #TO_THE_END}
 */
record Window(long offset, long size) {
    /** A window that reaches to the child's end and moves with it. */
    static final long TO_THE_END = -1;

    private static final long SECTOR = 512;

    static final Option<Long> OFFSET =
            Option.bytes("offset").reopenable().help("first byte of the child that is shown");

    static final Option<Long> SIZE =
            Option.bytes("size").reopenable().help("how many bytes of the child are shown");

    static Window from(OptionValues values) {
        return new Window(values.find(OFFSET).orElse(0L), values.find(SIZE).orElse(TO_THE_END));
    }

    /** Returns whether the length does not follow the child's. */
    boolean isFixed() {
        return size != TO_THE_END;
    }

    /** Returns whether all of the child is shown, byte for byte. */
    boolean isWhole() {
        return offset == 0 && !isFixed();
    }

    /** Returns what the child is used for: a part of it is not the same data. */
    ChildRole role() {
        return isWhole() ? ChildRole.FILTERED : ChildRole.DATA;
    }

    /** Returns the length of the node over a child of {@code childLength}. */
    long lengthOver(long childLength) {
        return isFixed() ? size : Math.max(childLength - offset, 0);
    }

    /**
     * Refuses to change what lies behind a window that has an end: no root gets here with that, but
     * a format does that lets its file grow.
     */
    void checkRoom(long at, long length) throws BlockException {
        if (isFixed() && at > size - length) {
            throw new BlockException(
                    BlockException.Kind.NO_SPACE,
                    "%d bytes at %d are not within the %d bytes that are shown of the file"
                            .formatted(length, at, size));
        }
    }

    /** Refuses a window that the child does not hold, in the reference's words. */
    void checkOver(long childLength) throws BlockException {
        if (offset > childLength) {
            throw BlockException.invalid(
                    "Offset (%d) cannot be greater than size of the containing file (%d)"
                            .formatted(offset, childLength));
        }
        long length = isFixed() ? size : 0;
        if (length > childLength - offset) {
            throw BlockException.invalid(
                    ("The sum of offset (%d) and size (%d) has to be smaller or equal to the "
                                    + " actual size of the containing file (%d)")
                            .formatted(offset, length, childLength));
        }
        if (length % SECTOR != 0) {
            throw BlockException.invalid("Specified size is not multiple of " + SECTOR);
        }
    }
}
