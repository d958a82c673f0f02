package org.ashlar.drivers.qcow2.internal.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.J_Result;

/**
 * A word is read without the lock or a version while the slice's words are given to another slice:
 * the reader has its own slice's, or is told.
 */
@JCStressTest
@Outcome(id = "-1", expect = Expect.ACCEPTABLE, desc = "told that the slice is retired")
@Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "read in time")
@Outcome(expect = Expect.FORBIDDEN, desc = "another slice's word counts")
@State
public class WordStress {
    private final TableSlice slice = new TableSlice(0);

    public WordStress() {
        slice.loaded(new long[] {1});
    }

    @Actor
    public void reader(J_Result result) {
        long word = slice.word(0);
        result.r1 = slice.isRetired() ? -1 : word;
    }

    @Actor
    public void evictor() {
        slice.retire()[0] = 2;
    }
}
