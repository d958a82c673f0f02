package org.ashlar.core.internal.grace;

import org.ashlar.tck.Waiting;

/** What the tests of grace under jcstress share. Without state. */
final class GraceStress {
    /** A reader that comes so often is there for as long as a wait takes. */
    static final int ROUNDS = 10;

    private GraceStress() {}

    /** Waits for grace; a wait that nobody wakes is an error of the test. */
    static void await(GraceDomain domain) {
        if (!domain.synchronize(System.nanoTime() + Waiting.LIMIT.toNanos())) {
            throw new AssertionError("nobody woke who waits for grace");
        }
    }
}
