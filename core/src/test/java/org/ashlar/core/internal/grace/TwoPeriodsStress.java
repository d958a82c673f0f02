package org.ashlar.core.internal.grace;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A reader against two changes, each with its wait: one that reads the index and counts itself late
 * is found by the second wait, though that waits for the other bank.
 */
@JCStressTest
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "left in time")
@Outcome(expect = Expect.FORBIDDEN, desc = "still inside after a wait for it")
@State
public class TwoPeriodsStress {
    private final GraceDomain domain = new GraceDomain(2);
    private final PinPlace place = domain.place();
    private volatile int current;

    /** Plain on purpose: grace alone orders it. */
    private int left;

    /** The last round that found so many changes. */
    private final int[] lastThatFound = new int[3];

    private final int[] leftAfterWait = new int[2];

    @Actor
    public void reader() {
        for (int round = 1; round <= GraceStress.ROUNDS; round++) {
            int bank = place.pin();
            lastThatFound[current] = round;
            left = round;
            place.unpin(bank);
        }
    }

    @Actor
    public void writer() {
        for (int change = 0; change < 2; change++) {
            current = change + 1;
            GraceStress.await(domain);
            leftAfterWait[change] = left;
        }
    }

    @Arbiter
    public void afterBoth(ZZ_Result result) {
        result.r1 = lastThatFound[0] > leftAfterWait[0];
        result.r2 = lastThatFound[1] > leftAfterWait[1];
    }
}
