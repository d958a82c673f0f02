package org.ashlar.tools.img;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.image.SnapshotInfo;
import org.ashlar.tools.text.Sizes;

/**
 * The snapshots of an image, as the reference lists them. Immutable.
 *
 * @param snapshots in the image's order
 */
record SnapshotList(List<SnapshotInfo> snapshots) {
    private static final long SECOND = 1_000_000_000;

    SnapshotList {
        snapshots = List.copyOf(snapshots);
    }

    boolean isEmpty() {
        return snapshots.isEmpty();
    }

    /** Returns the members of each as the reference's JSON has them. */
    List<Map<String, Object>> members() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (SnapshotInfo snapshot : snapshots) {
            Instant taken = snapshot.taken();
            Map<String, Object> members = new LinkedHashMap<>();
            snapshot.instructions().ifPresent(count -> members.put("icount", count));
            members.put("vm-clock-nsec", snapshot.clockNanos() % SECOND);
            members.put("name", snapshot.name());
            members.put("date-sec", taken.getEpochSecond());
            members.put("date-nsec", taken.getNano());
            members.put("vm-clock-sec", snapshot.clockNanos() / SECOND);
            members.put("id", snapshot.id());
            members.put("vm-state-size", snapshot.stateSize());
            all.add(members);
        }
        return all;
    }

    /** Appends the table for people; nothing if there are none. */
    void append(StringBuilder text) {
        if (snapshots.isEmpty()) {
            return;
        }
        text.append("Snapshot list:\n");
        row(text, List.of("ID", "TAG", "VM SIZE", "DATE", "VM CLOCK", "ICOUNT"));
        for (SnapshotInfo snapshot : snapshots) {
            row(
                    text,
                    List.of(
                            snapshot.id(),
                            snapshot.name(),
                            Sizes.human(snapshot.stateSize()),
                            date(snapshot),
                            clock(snapshot.clockNanos()),
                            snapshot.instructions().isPresent()
                                    ? Long.toString(snapshot.instructions().getAsLong())
                                    : ""));
        }
    }

    /** Columns are padded by bytes, not characters, as C does. */
    private static void row(StringBuilder text, List<String> cells) {
        int[] widths = {9, 16, 8, 20, 13, 11};
        for (int i = 0; i < widths.length; i++) {
            String cell = cells.get(i);
            int padding = Math.max(0, widths[i] - cell.getBytes(UTF_8).length);
            if (i < 2) {
                text.append(cell).repeat(' ', padding + 1);
            } else {
                text.repeat(' ', padding).append(cell);
            }
        }
        text.append('\n');
    }

    private static String date(SnapshotInfo snapshot) {
        LocalDateTime local = LocalDateTime.ofInstant(snapshot.taken(), ZoneId.systemDefault());
        return local.toLocalDate()
                + " "
                + two(local.getHour())
                + ":"
                + two(local.getMinute())
                + ":"
                + two(local.getSecond());
    }

    private static String clock(long nanos) {
        long seconds = nanos / SECOND;
        long millis = 1000 + nanos / 1_000_000 % 1000;
        return two(seconds / 3600)
                + ":"
                + two(seconds / 60 % 60)
                + ":"
                + two(seconds % 60)
                + "."
                + Long.toString(millis).substring(1);
    }

    private static String two(long number) {
        return number < 10 ? "0" + number : Long.toString(number);
    }
}
