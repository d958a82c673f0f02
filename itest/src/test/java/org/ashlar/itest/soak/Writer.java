package org.ashlar.itest.soak;

import java.io.IOException;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.ashlar.itest.harness.NbdPipe;
import org.ashlar.itest.soak.Units.Change;

/**
 * A client that changes and verifies the units that are its own, with many requests in flight.
 * Confined to the thread that runs it, but for the replies.
 *
 * <p>I1: a unit is in one request at a time, so that what it holds is known exactly.
 *
 * <p>The first half of the disk is dealt out in turns of six units, so that all writers meet in
 * every cluster; of the second half each has a part of its own, for large requests.
 */
final class Writer {
    private static final int TURN = 6;
    private static final int LARGE = 256;
    private static final int FUA = 1;
    private static final int NO_HOLE = 2;

    private final Units units;
    private final int number;
    private final int writers;
    private final Random random;
    private final AtomicIntegerArray busy;

    Writer(Units units, int number, int writers, long seed) {
        this.units = units;
        this.number = number;
        this.writers = writers;
        this.random = new Random(seed);
        this.busy = new AtomicIntegerArray(units.count());
    }

    /** Changes and verifies until told to end. */
    void run(NbdPipe pipe, AtomicBoolean end) throws IOException {
        while (!end.get()) {
            step(pipe);
        }
        pipe.drain();
    }

    private void step(NbdPipe pipe) throws IOException {
        int kind = random.nextInt(100);
        if (kind == 0) {
            pipe.change(new NbdPipe.Header(3, 0, 0, 0), new byte[0], _ -> {});
            return;
        }
        int[] range = random.nextInt(3) > 0 ? small() : large();
        int first = range[0];
        int count = range[1];
        if (!take(first, count)) {
            return;
        }
        if (kind < 40) {
            long[] since = units.acknowledged(first, count);
            pipe.read(
                    (long) first * Units.SIZE,
                    count * Units.SIZE,
                    data -> {
                        units.check("writer " + number, first, since, data);
                        give(first, count);
                    });
        } else {
            change(pipe, kind < 80 ? Change.WRITE : kind < 90 ? Change.ZERO : Change.TRIM, range);
        }
    }

    private void change(NbdPipe pipe, Change change, int[] range) throws IOException {
        int first = range[0];
        int count = range[1];
        long mark = units.issue(change, first, count);
        int flags = random.nextInt(50) == 0 ? FUA : 0;
        int type =
                switch (change) {
                    case WRITE -> 1;
                    case TRIM -> 4;
                    case ZERO -> 6;
                };
        if (change == Change.ZERO && random.nextBoolean()) {
            flags |= NO_HOLE;
        }
        pipe.change(
                new NbdPipe.Header(type, flags, (long) first * Units.SIZE, count * Units.SIZE),
                change == Change.WRITE ? Units.stamped(mark, first, count) : new byte[0],
                _ -> {
                    units.acknowledge(mark, first, count);
                    give(first, count);
                });
    }

    private int[] small() {
        int turns = units.count() / 2 / TURN / writers;
        int first = (random.nextInt(turns) * writers + number) * TURN;
        int skip = random.nextInt(TURN);
        return new int[] {first + skip, 1 + random.nextInt(TURN - skip)};
    }

    private int[] large() {
        int part = units.count() / 2 / writers;
        int count = 1 + random.nextInt(LARGE);
        int first = units.count() / 2 + number * part + random.nextInt(part - count);
        return new int[] {first, count};
    }

    private boolean take(int first, int count) {
        for (int unit = first; unit < first + count; unit++) {
            if (busy.get(unit) != 0) {
                return false;
            }
        }
        for (int unit = first; unit < first + count; unit++) {
            busy.set(unit, 1);
        }
        return true;
    }

    private void give(int first, int count) {
        for (int unit = first; unit < first + count; unit++) {
            busy.set(unit, 0);
        }
    }
}
