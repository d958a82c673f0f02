package org.ashlar.drivers.qcow2.internal.table;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.JJ_Result;

/**
 * An entry of two words is read without the lock while it is changed, and while the slice's words
 * are then given to another slice: the reader has what stood there at one moment, or is told to
 * look it up anew.
 */
@JCStressTest
@Outcome(id = "-1, -1", expect = Expect.ACCEPTABLE, desc = "told to look it up anew")
@Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "read before the change")
@Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "read after the change")
@Outcome(expect = Expect.FORBIDDEN, desc = "torn, or another slice's")
@State
public class EntryStress {
    private final TableSlice slice = new TableSlice(0);

    public EntryStress() {
        slice.loaded(new long[2]);
    }

    @Actor
    public void reader(JJ_Result result) {
        long begun = slice.beginRead();
        long first = slice.word(0);
        long second = slice.word(1);
        boolean counts = slice.isUnchangedSince(begun);
        result.r1 = counts ? first : -1;
        result.r2 = counts ? second : -1;
    }

    @Actor
    public void writer() {
        slice.beginChange();
        slice.set(0, 1);
        slice.set(1, 1);
        slice.endChange();
        long[] words = slice.retire();
        words[0] = 2;
        words[1] = 2;
    }
}
