package org.ashlar.core.internal.grace;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * A pin that began before is forked during the wait and ends first: the fork, on another stripe, is
 * waited for as its parent was.
 */
@JCStressTest
@Outcome(id = "true", expect = Expect.ACCEPTABLE, desc = "the fork had ended")
@Outcome(expect = Expect.FORBIDDEN, desc = "the fork was overlooked")
@State
public class ForkStress {
    private final GraceDomain domain = new GraceDomain(2);
    private final PinPlace here = domain.place();
    private final PinPlace there = domain.place();
    private final int bank = here.pin();

    /** Plain on purpose: grace alone orders it. */
    private boolean left;

    @Actor
    public void reader() {
        there.fork(bank);
        here.unpin(bank);
        left = true;
        there.unpin(bank);
    }

    @Actor
    public void writer(Z_Result result) {
        GraceStress.await(domain);
        result.r1 = left;
    }
}
