package org.ashlar.drivers.nbd.internal;

import java.util.Map;
import java.util.TreeMap;

/**
 * Which bytes of a read have come in, in whatever order; each comes once. Confined to the reply's
 * reader. What comes in order costs no memory.
 */
final class Coverage {
    private final long length;
    private final TreeMap<Long, Long> later = new TreeMap<>();
    private long end;

    Coverage(long length) {
        this.length = length;
    }

    /** Adds a range that has come in; it must lie inside and be new. */
    void add(long offset, long count) throws MalformedException {
        boolean inside = offset >= 0 && count > 0 && offset <= length && count <= length - offset;
        if (!inside || offset < end || overlaps(offset, count)) {
            throw new MalformedException(
                    "data at %d+%d of a read of %d bytes".formatted(offset, count, length));
        }
        if (offset > end) {
            later.put(offset, offset + count);
            return;
        }
        end = offset + count;
        while (!later.isEmpty() && later.firstKey() == end) {
            end = later.pollFirstEntry().getValue();
        }
    }

    private boolean overlaps(long offset, long count) {
        Map.Entry<Long, Long> before = later.lowerEntry(offset + count);
        return before != null && before.getValue() > offset;
    }

    boolean isComplete() {
        return end == length;
    }
}
