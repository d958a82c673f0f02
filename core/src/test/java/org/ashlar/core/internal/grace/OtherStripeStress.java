package org.ashlar.core.internal.grace;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * A pin that began before, while others begin on one stripe and end on another: they do not hide
 * the first from who sums up meanwhile.
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "the first had ended")
@Outcome(expect = Expect.FORBIDDEN, desc = "the first was overlooked")
@State
public class OtherStripeStress {
    private static final int STRIPES = 8;

    private final GraceDomain domain = new GraceDomain(STRIPES);
    private final PinPlace here = domain.place();
    private final PinPlace there = lastPlace();
    private final int first = there.pin();

    /** Plain on purpose: grace alone orders it. */
    private boolean left;

    /** The farther apart, the more is read between the two. */
    private PinPlace lastPlace() {
        for (int between = 2; between < STRIPES; between++) {
            domain.place();
        }
        return domain.place();
    }

    @Actor
    public void reader() {
        for (int round = 0; round < GraceStress.ROUNDS; round++) {
            int second = here.pin();
            there.unpin(second);
        }
        left = true;
        here.unpin(first);
    }

    @Actor
    public void writer(Z_Result result) {
        GraceStress.await(domain);
        result.r1 = left;
    }
}
