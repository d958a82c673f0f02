package org.ashlar.drivers.qcow2.internal.table;

import java.util.ArrayList;
import java.util.List;

/**
 * Host clusters that lost a pointer and are not free yet. Guarded by the image's lock.
 *
 * <p>Each passes three stations: its pointer is <em>removed</em> in memory; the removal is
 * <em>durable</em>, and a grace period runs in which everything that could have followed the
 * pointer ends; it is <em>ripe</em>, and its count may be lowered.
 *
 * <ul>
 *   <li>I1: the count of a cluster is lowered only when it is ripe, and never rises in between: it
 *       is above 0, so nobody allocates the cluster.
 *   <li>I2: what is removed is in memory's tables no longer when it is put in here.
 * </ul>
 */
final class Quarantine {
    private ClusterRanges removed = new ClusterRanges();
    private ClusterRanges ripe = new ClusterRanges();
    private final List<ClusterRanges> waiting = new ArrayList<>();

    /** Whether what was ripe is being released. */
    private boolean releasing;

    /** Whether the last release failed, so that what is ripe may stay in here. */
    private boolean stuck;

    /** Puts in clusters whose pointer has just been removed in memory. */
    void add(long first, long count, boolean mayDiscard) {
        removed.add(first, count, mayDiscard);
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

    /** Notes that the removal is durable and that a grace period begins. */
    void durable(ClusterRanges taken) {
        waiting.add(taken);
    }

    /** Notes that the grace period has ended, unless {@link #ripenAll} was earlier. */
    void ripened(ClusterRanges taken) {
        if (waiting.removeIf(batch -> batch == taken)) {
            ripe.addAll(taken);
        }
    }

    /** Lets everything that is durable ripen at once: nothing will be allocated any more. */
    void ripenAll() {
        waiting.forEach(ripe::addAll);
        waiting.clear();
    }

    /** Takes out what is ripe, for a release, which {@link #released} ends. */
    ClusterRanges takeRipe() {
        releasing = true;
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
        releasing = false;
        stuck = !success;
    }

    /** Returns whether clusters will be free as soon as a release ends, which waits for nobody. */
    boolean isAboutToYield() {
        return releasing || (hasRipe() && !stuck);
    }

    boolean hasRipe() {
        return ripe.size() > 0;
    }

    /** Returns how many clusters wait for a write-back. */
    long removedClusters() {
        return removed.clusters();
    }

    /** Adds every run in here to {@code into}. */
    void copyTo(ClusterRanges into) {
        into.addAll(removed);
        waiting.forEach(into::addAll);
        into.addAll(ripe);
    }

    /** Returns how many clusters are in here at all. */
    long clusters() {
        long grace = waiting.stream().mapToLong(ClusterRanges::clusters).sum();
        return removed.clusters() + grace + ripe.clusters();
    }
}
