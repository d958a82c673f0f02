package org.ashlar.drivers.qcow2.internal;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * What each sector of a disk has held and may hold after a power cut: what it held at the last
 * flush that had ended, or anything that was written since. A sector is filled with one number.
 * Confined to a test.
 */
final class SectorHistory {
    static final int SECTOR = 512;

    /**
     * What came before a flush is told by the order of notes: a flush that finds all written makes
     * no call.
     */
    private record Value(int note, long number) {}

    private final List<List<Value>> sectors = new ArrayList<>();
    private final List<Integer> flushTimes = new ArrayList<>();
    private final List<Integer> flushNotes = new ArrayList<>();
    private int notes;

    /** Begins with sectors that hold {@code base} + their index, or 0 if base is 0. */
    SectorHistory(int count, long base) {
        for (int i = 0; i < count; i++) {
            sectors.add(new ArrayList<>(List.of(new Value(-1, base == 0 ? 0 : base + i))));
        }
    }

    /** Notes a value that a sector may take from now on; an earlier image cannot have it. */
    void put(int sector, long number) {
        sectors.get(sector).add(new Value(notes++, number));
    }

    /** Notes a flush that began after all values so far and had ended by {@code ended}. */
    void flushed(int ended) {
        flushNotes.add(notes);
        flushTimes.add(ended);
    }

    /** Returns what a sector holds if nothing is lost. */
    long last(int sector) {
        return sectors.get(sector).getLast().number;
    }

    /** Returns whether a sector may hold this after a cut at {@code time}. */
    boolean mayHold(int sector, int time, MemorySegment bytes) {
        long number = bytes.get(JAVA_LONG_UNALIGNED, 0);
        for (int at = 0; at < SECTOR; at += Long.BYTES) {
            if (bytes.get(JAVA_LONG_UNALIGNED, at) != number) {
                return false;
            }
        }
        int flushed = -1;
        for (int i = 0; i < flushTimes.size(); i++) {
            if (flushTimes.get(i) <= time) {
                flushed = flushNotes.get(i);
            }
        }
        List<Value> values = sectors.get(sector);
        for (int i = 0; i < values.size(); i++) {
            boolean overtaken = i + 1 < values.size() && values.get(i + 1).note < flushed;
            if (!overtaken && values.get(i).number == number) {
                return true;
            }
        }
        return false;
    }

    /** Fills sectors with one number. */
    static byte[] filled(int sectors, long number) {
        byte[] bytes = new byte[sectors * SECTOR];
        MemorySegment segment = MemorySegment.ofArray(bytes);
        for (int at = 0; at < bytes.length; at += Long.BYTES) {
            segment.set(JAVA_LONG_UNALIGNED, at, number);
        }
        return bytes;
    }
}
