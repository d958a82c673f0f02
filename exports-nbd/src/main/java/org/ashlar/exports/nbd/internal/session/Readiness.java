package org.ashlar.exports.nbd.internal.session;

/**
 * Remembers whether requests that must not block succeed, so that a node that always has to wait is
 * not asked in vain each time. Confined to the connection's thread.
 *
 * <ul>
 *   <li>I1: after {@code MANY} misses in a row one request in {@code MANY} is tried, so that a node
 *       that has become ready is found out.
 * </ul>
 */
final class Readiness {
    private static final int MANY = 16;

    private int missesInRow;
    private int skipped;

    /** Returns whether the next request should be tried without blocking. */
    boolean worthTrying() {
        if (missesInRow < MANY) {
            return true;
        }
        skipped = (skipped + 1) % MANY; // I1
        return skipped == 0;
    }

    /** Notes that a request needed not wait. */
    void succeeded() {
        missesInRow = 0;
    }

    /** Notes that a request would have had to wait. */
    void missed() {
        missesInRow = Math.min(missesInRow + 1, MANY);
    }
}
