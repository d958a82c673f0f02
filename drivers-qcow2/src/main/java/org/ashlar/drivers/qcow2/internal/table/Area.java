package org.ashlar.drivers.qcow2.internal.table;

import java.util.Arrays;

/** The kinds of metadata that a write can be kept from, as {@code overlap-check} names them. */
public enum Area {
    MAIN_HEADER(1, "qcow2_header"),
    ACTIVE_L1(1 << 1, "active L1 table"),
    ACTIVE_L2(1 << 2, "active L2 table"),
    REFCOUNT_TABLE(1 << 3, "refcount table"),
    REFCOUNT_BLOCK(1 << 4, "refcount block"),
    SNAPSHOT_TABLE(1 << 5, "snapshot table"),
    INACTIVE_L1(1 << 6, "inactive L1 table"),
    INACTIVE_L2(1 << 7, "inactive L2 table"),
    BITMAP_DIRECTORY(1 << 8, "bitmap directory");

    private final int bit;
    private final String title;

    Area(int bit, String title) {
        this.bit = bit;
        this.title = title;
    }

    /** Returns what messages call it. */
    String title() {
        return title;
    }

    /** Returns what stands for it in a set of bits. */
    int bit() {
        return bit;
    }

    /** Returns the first of those that bits stand for. */
    static Area firstOf(int bits) {
        return Arrays.stream(values())
                .filter(area -> (area.bit & bits) != 0)
                .findFirst()
                .orElseThrow();
    }
}
