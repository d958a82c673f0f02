package org.ashlar.core.internal.chain;

import org.ashlar.core.internal.chain.MergedMap.Entry;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * A question to a layer whose answer is kept, in a map that is just being added, against a change
 * of that layer: the old answer is not found once the change has been told.
 */
@JCStressTest
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "the answer was dropped")
@Outcome(id = "0, 2", expect = Expect.ACCEPTABLE, desc = "the new answer came later")
@Outcome(id = "2, 2", expect = Expect.ACCEPTABLE, desc = "the new answer is found")
@Outcome(expect = Expect.FORBIDDEN, desc = "the old answer is found, or one was lost")
@State
public class MergedMapStress {
    private static final long GRANULE = 4096;
    private static final long OLD = 1;
    private static final long NEW = 2;

    private final MergedMap map = new MergedMap(GRANULE, GRANULE);
    private final LayerMaps layer = new LayerMaps();

    /** What the layer answers: how many bytes have one status. */
    private volatile long stored = OLD;

    @Actor
    public void asker() {
        layer.add(map);
        long generation = map.generation(0);
        map.insert(new Entry(0, stored, null, 0), generation);
    }

    @Actor
    public void changer(JJ_Result result) {
        stored = NEW;
        layer.changed(0, GRANULE);
        result.r1 = known();
    }

    @Arbiter
    public void afterBoth(JJ_Result result) {
        result.r2 = known();
    }

    private long known() {
        Entry entry = map.find(0);
        return entry == null ? 0 : entry.end();
    }
}
