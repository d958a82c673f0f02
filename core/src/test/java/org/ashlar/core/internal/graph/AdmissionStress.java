package org.ashlar.core.internal.graph;

import org.ashlar.core.internal.io.RequestTrace;
import org.ashlar.core.internal.io.SourceImpl;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.ashlar.tck.Waiting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.Z_Result;

/**
 * An admission against the closing of its gate and a grace period: whoever was admitted has ended
 * when the wait is over.
 */
@JCStressTest
@Outcome(id = "false", expect = Expect.ACCEPTABLE, desc = "refused, or ended in time")
@Outcome(expect = Expect.FORBIDDEN, desc = "still inside after the drain")
@State
public class AdmissionStress {
    private static final int ROUNDS = 10;
    private static final RequestTrace UNTRACED = new RequestTrace(false);

    private final GraphState graph = new GraphState();
    private final SourceImpl source = SourceImpl.following(graph, "guest", UNTRACED);
    private final Consumer consumer = source.consumer();

    /** Plain on purpose: grace alone orders it. */
    private int left;

    private int lastAdmitted;
    private int leftAfterDrain;

    public AdmissionStress() {
        graph.addSource(source);
    }

    @Actor
    public void guest() {
        try {
            for (int round = 1; round <= ROUNDS; round++) {
                try (Admission _ = consumer.tryAdmit(Access.WRITE, false).orElseThrow()) {
                    lastAdmitted = round;
                    left = round;
                }
            }
        } catch (BlockException closed) {
            // as it should be
        }
    }

    @Actor
    public void drain() {
        graph.publishSameShape(draft -> draft.remove(source));
        long limit = System.nanoTime() + Waiting.LIMIT.toNanos();
        if (!source.domain(Access.WRITE).synchronize(limit)) {
            throw new AssertionError("nobody woke who waits for grace");
        }
        leftAfterDrain = left;
    }

    @Arbiter
    public void afterBoth(Z_Result result) {
        result.r1 = lastAdmitted > leftAfterDrain;
    }
}
