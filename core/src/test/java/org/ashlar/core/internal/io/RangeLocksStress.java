package org.ashlar.core.internal.io;

import org.ashlar.core.internal.grace.GraceDomain;
import org.ashlar.core.internal.grace.PinPlace;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.io.RangeLocks.Held;
import org.ashlar.spi.BlockException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.I_Result;

/** A range held alone against an overlapping one that others may share: they take turns. */
@JCStressTest
@Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "one after the other")
@Outcome(expect = Expect.FORBIDDEN, desc = "a change is lost")
@State
public class RangeLocksStress {
    private static final CoreRequest REQUEST = request();

    private final RangeLocks locks = new RangeLocks();

    /** Plain on purpose: the ranges alone order it. */
    private int changes;

    private static CoreRequest request() {
        PinPlace place = new GraceDomain(1).place();
        return new CoreRequest(place, place.pin(), new GraphState().current(), false);
    }

    @Actor
    public void alone() {
        change(512, 512, false);
    }

    @Actor
    public void shared() {
        change(0, 1024, true);
    }

    @Arbiter
    public void afterBoth(I_Result result) {
        result.r1 = changes;
    }

    private void change(long offset, long length, boolean shared) {
        try (Held _ = locks.hold(REQUEST, offset, length, shared)) {
            changes++;
        } catch (BlockException unexpected) {
            throw new AssertionError(unexpected);
        }
    }
}
