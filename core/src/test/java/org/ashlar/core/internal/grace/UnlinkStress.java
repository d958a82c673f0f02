package org.ashlar.core.internal.grace;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * A reader pins and looks, again and again, against one who unlinks, waits and frees: who found the
 * thing has left, and what it did is seen, when the wait is over.
 */
@JCStressTest
@Outcome(id = "false, false", expect = Expect.ACCEPTABLE, desc = "left in time")
@Outcome(expect = Expect.FORBIDDEN, desc = "still inside after the wait, or found it freed")
@State
public class UnlinkStress {
    private final GraceDomain domain = new GraceDomain(2);
    private final PinPlace place = domain.place();
    private volatile boolean linked = true;

    // Plain on purpose: grace alone orders them.
    private boolean freed;
    private int left;

    private int lastThatFound;
    private int leftAfterWait;

    @Actor
    public void reader(ZZ_Result result) {
        for (int round = 1; round <= GraceStress.ROUNDS; round++) {
            int bank = place.pin();
            if (linked) {
                lastThatFound = round;
                result.r2 |= freed;
            }
            left = round;
            place.unpin(bank);
        }
    }

    @Actor
    public void writer() {
        linked = false;
        GraceStress.await(domain);
        leftAfterWait = left;
        freed = true;
    }

    @Arbiter
    public void afterBoth(ZZ_Result result) {
        result.r1 = lastThatFound > leftAfterWait;
    }
}
