package org.ashlar.tck;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.LongToIntFunction;

/**
 * The disks that a power cut could have left behind, at each step of what a {@link RecordingNode}
 * saw. Immutable; each iteration gives the same crashes.
 *
 * <p>At each step there are four: nothing is there that need not be; everything is there; the
 * newest write is there and nothing else that need not be; and something in between, where each
 * sector of 512 bytes stands as it stood at some moment since it was last made durable. So
 * unflushed writes are dropped, reordered and torn, but one sector never holds a newer write
 * without an older one.
 */
public final class Crashes implements Iterable<Crashes.Crash> {

    private static final int SECTOR = 512;
    private static final int VARIANTS = 4;

    /**
     * One disk after a crash. Immutable, but for the disk, which is the caller's.
     *
     * @param what where and how it came about, for messages; names the seed
     * @param disk what is left
     */
    public record Crash(String what, MemoryNode disk) {}

    private final MemoryNode before;
    private final List<Recorded> log;
    private final List<Integer> steps;
    private final int[] durable;
    private final long seed;

    Crashes(MemoryNode before, List<Recorded> log, long seed) {
        this.before = before;
        this.log = List.copyOf(log);
        this.durable = durableTimes(this.log);
        this.seed = seed;
        TreeSet<Integer> times = new TreeSet<>();
        for (Recorded entry : log) {
            times.add(entry.began());
            if (entry.ended() != Recorded.NOT_ENDED) {
                times.add(entry.ended());
            }
        }
        this.steps = new ArrayList<>(times);
    }

    /** Returns how many crashes there are. */
    public int count() {
        return steps.size() * VARIANTS;
    }

    @Override
    public Iterator<Crash> iterator() {
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < count();
            }

            @Override
            public Crash next() {
                return crash(next++);
            }
        };
    }

    /** Returns one crash by its number. */
    public Crash crash(int number) {
        int time = steps.get(number / VARIANTS);
        int variant = number % VARIANTS;
        Random random = new Random(seed * 31 + number);
        LongToIntFunction cut =
                switch (variant) {
                    case 0 -> _ -> -1;
                    case 1 -> _ -> time;
                    case 2 -> newestAlone(time);
                    default -> _ -> random.nextInt(-1, time + 1);
                };
        String what = "crash " + number + " of seed " + seed + " at time " + time;
        return new Crash(what, build(time, cut));
    }

    private LongToIntFunction newestAlone(int time) {
        for (int i = log.size() - 1; i >= 0; i--) {
            Recorded entry = log.get(i);
            if (entry.began() <= time && entry.isTorn()) {
                return sector -> first(entry) <= sector && sector <= last(entry) ? time : -1;
            }
        }
        return _ -> -1;
    }

    private MemoryNode build(int time, LongToIntFunction cut) {
        MemoryNode disk = before.copy();
        Map<Long, Integer> cuts = new HashMap<>();
        for (int i = 0; i < log.size(); i++) {
            if (log.get(i).isTorn() && durable[i] <= time) {
                raise(cuts, log.get(i), cut);
            }
        }
        for (int i = 0; i < log.size(); i++) {
            Recorded entry = log.get(i);
            if (entry.began() > time || entry.isFlush()) {
                continue;
            }
            if (entry.isTorn()) {
                applySectors(disk, entry, cuts, cut);
            } else if (durable[i] <= time || cut.applyAsInt(0) >= entry.began()) {
                entry.applyTo(disk);
            }
        }
        return disk;
    }

    /** A sector stands no earlier than at the last change that is durable there. */
    private static void raise(Map<Long, Integer> cuts, Recorded entry, LongToIntFunction cut) {
        for (long sector = first(entry); sector <= last(entry); sector++) {
            int chosen = cuts.computeIfAbsent(sector, cut::applyAsInt);
            cuts.put(sector, Math.max(chosen, entry.began()));
        }
    }

    private static void applySectors(
            MemoryNode disk, Recorded entry, Map<Long, Integer> cuts, LongToIntFunction cut) {
        long begin = entry.call().offset();
        long end = begin + entry.call().length();
        for (long sector = first(entry); sector <= last(entry); sector++) {
            if (cuts.computeIfAbsent(sector, cut::applyAsInt) >= entry.began()) {
                long from = Math.max(begin, sector * SECTOR);
                long to = Math.min(end, (sector + 1) * SECTOR);
                entry.applyPart(disk, from, (int) (to - from));
            }
        }
    }

    private static long first(Recorded entry) {
        return entry.call().offset() / SECTOR;
    }

    private static long last(Recorded entry) {
        return (entry.call().offset() + entry.call().length() - 1) / SECTOR;
    }

    /** Returns when each change became durable, by invariant I2 of {@link RecordingNode}. */
    private static int[] durableTimes(List<Recorded> log) {
        List<Recorded> flushes = log.stream().filter(Recorded::isFlush).toList();
        return log.stream()
                .mapToInt(change ->
                        change.fua()
                                ? change.ended()
                                : flushes.stream()
                                        .filter(flush -> flush.began() > change.ended())
                                        .mapToInt(Recorded::ended)
                                        .min()
                                        .orElse(Recorded.NOT_ENDED))
                .toArray();
    }
}
