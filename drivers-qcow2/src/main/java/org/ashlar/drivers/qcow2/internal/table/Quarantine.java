package org.ashlar.drivers.qcow2.internal.table;

/**
 * Host clusters that lost a pointer and are not free yet. Guarded by the image's lock.
 *
 * <p>Each passes four stations: its pointer is <em>removed</em> in memory; the removal is
 * <em>durable</em>; a <em>grace</em> period runs in which everything that could have followed the
 * pointer ends; it is <em>ripe</em>, and its count may be lowered. Where a request that does not
 * end holds grace up, what nothing in flight touches ripens from the middle two.
 *
 * <ul>
 *   <li>I1: the count of a cluster is lowered only when it is ripe, and never rises in between: it
 *       is above 0, so nobody allocates the cluster.
 *   <li>I2: what is removed is in memory's tables no longer when it is put in here.
 *   <li>I3: at most one grace period is asked for at a time, and what is durable later waits for
 *       the next: behind a request that hangs, one waits.
 * </ul>
 */
final class Quarantine {
    private ClusterRanges removed = new ClusterRanges();
    private ClusterRanges durable = new ClusterRanges();
    private ClusterRanges inGrace = new ClusterRanges();
    private ClusterRanges ripe = new ClusterRanges();

    /** Whether a grace period was asked for that has not ended. */
    private boolean graceRuns;

    /** How many clusters somebody held when it was last looked, and which grace has not freed. */
    private long held;

    /** How many releases are under way, and for how many of them nobody waits any more. */
    private int releases;

    private int hung;

    /** Whether the last release failed, so that what is ripe may stay in here. */
    private boolean stuck;

    /** Puts in clusters whose pointer has just been removed in memory. */
    void add(long first, long count, boolean mayDiscard) {
        removed.add(first, count, mayDiscard);
    }

    /** Puts in clusters that no pointer has led to: nothing is to be waited for. */
    void addUnlinked(long first, long count) {
        ripe.add(first, count, false);
    }

    /** Takes out what was removed, for a write-back that is about to copy the tables. */
    ClusterRanges takeRemoved() {
        ClusterRanges taken = removed;
        removed = new ClusterRanges();
        return taken;
    }

    /** Puts back what a write-back took that then failed. */
    void putBack(ClusterRanges taken) {
        removed.addAll(taken);
    }

    /** Notes that the removal is durable. */
    void durable(ClusterRanges taken) {
        durable.addAll(taken);
    }

    /** Returns whether a grace period is to be asked for, which {@link #graceEnded} ends (I3). */
    boolean beginsGrace() {
        if (graceRuns || durable.size() == 0) {
            return false;
        }
        graceRuns = true;
        inGrace.addAll(durable);
        durable = new ClusterRanges();
        return true;
    }

    /** Notes that the grace period that was asked for has ended. */
    void graceEnded() {
        graceRuns = false;
        ripe.addAll(inGrace);
        inGrace = new ClusterRanges();
        held = 0;
    }

    /** Takes out what waits for grace, within a release; {@link #durable} puts it back. */
    ClusterRanges takeWaiting() {
        ClusterRanges taken = durable;
        taken.addAll(inGrace);
        durable = new ClusterRanges();
        inGrace = new ClusterRanges();
        return taken;
    }

    /** Lets what was taken out ripen as far as nobody holds it; the rest waits for grace. */
    void ripenUnheld(ClusterRanges taken, InUse.Held inUse) {
        ClusterRanges rest = new ClusterRanges();
        inUse.sort(taken, rest, ripe);
        held = rest.clusters();
        durable.addAll(rest);
    }

    /** Lets everything that is durable ripen at once: nothing will be allocated any more. */
    void ripenAll() {
        ripe.addAll(takeWaiting());
    }

    /** Notes that a release begins, which {@link #released} ends. */
    void releases() {
        releases++;
    }

    /** Takes out what is ripe, within a release. */
    ClusterRanges takeRipe() {
        ClusterRanges taken = ripe;
        ripe = new ClusterRanges();
        return taken;
    }

    /** Puts back what was taken and could not be released. */
    void putBackRipe(ClusterRanges taken) {
        ripe.addAll(taken);
    }

    /** Notes the end of a release. */
    void released(boolean success) {
        releases--;
        hung = Math.min(hung, releases);
        stuck = !success;
    }

    /** Returns whether a release is under way that is worth waiting for. */
    boolean isReleasing() {
        return releases > hung;
    }

    /** Notes that the releases under way take too long for anybody to wait for. */
    void giveUpOnReleases() {
        hung = releases;
    }

    /** Returns whether clusters will be free as soon as a release ends, which waits for nobody. */
    boolean isAboutToYield() {
        return isReleasing() || (hasRipe() && !stuck);
    }

    boolean hasRipe() {
        return ripe.size() > 0;
    }

    /** Returns how many clusters wait for a write-back. */
    long removedClusters() {
        return removed.clusters();
    }

    /** Returns how many clusters wait for grace, beside those that were found held. */
    long waitingClusters() {
        return Math.max(0, durable.clusters() + inGrace.clusters() - held);
    }
}
