package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.concurrent.locks.Condition;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.spi.Background;
import org.ashlar.spi.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frees clusters: the one place where a count goes down. A pointer to a cluster is removed in
 * memory, the removal becomes durable, a grace period passes or nothing in flight is found to touch
 * the cluster, and only then is the count lowered, and the cluster, if that was the last pointer,
 * allocated again. So nothing that was in flight while the pointer was there, reading or writing,
 * meets the cluster's next use. Thread-safe.
 *
 * <ul>
 *   <li>I1: what is ripe is taken out by one release, whoever else releases at the same time.
 *   <li>I2: nobody waits for another's release, which I/O that hangs may hold up, for longer than a
 *       limit, and once it was reached nobody waits for that release any more.
 * </ul>
 */
public final class Release {
    private static final Logger LOG = LoggerFactory.getLogger(Release.class);
    private static final long PATIENCE_NANOS = 1_000_000_000;

    private final Metadata metadata;
    private final Background background;

    /** Signalled whenever a release has ended. */
    private final Condition ended;

    /** Whether only grace tells that nothing touches a cluster; see {@link #onlyByGrace}. */
    private volatile boolean onlyByGrace;

    Release(Metadata metadata, Background background) {
        this.metadata = metadata;
        this.background = background;
        this.ended = metadata.lock().newCondition();
    }

    /**
     * Sets whether nothing is freed ahead of grace, because there may be requests that look
     * pointers up elsewhere, so that their holds count for nothing here.
     */
    void onlyByGrace(boolean only) {
        onlyByGrace = only;
    }

    /** Lets a grace period pass for clusters whose removal is durable; does not wait for it. */
    void awaitGrace() {
        boolean begins;
        metadata.lock().lock();
        try {
            begins = metadata.quarantine().beginsGrace();
        } finally {
            metadata.lock().unlock();
        }
        if (begins) {
            background.afterGrace(this::graceEnded);
        }
    }

    private void graceEnded() {
        metadata.lock().lock();
        try {
            metadata.quarantine().graceEnded();
        } finally {
            metadata.lock().unlock();
        }
        awaitGrace();
        // If the gate is closed, the next write-back does it.
        background.tryStart("qcow2-free", this::tryToRelease);
    }

    /**
     * Frees what waits for grace and nothing in flight touches: grace may be held up by a request
     * that hangs, so this waits for nobody.
     */
    void releaseAheadOfGrace(Request request) throws IOException {
        if (onlyByGrace) {
            return;
        }
        ClusterRanges waiting;
        metadata.lock().lock();
        try {
            metadata.quarantine().releases();
            waiting = metadata.quarantine().takeWaiting();
        } finally {
            metadata.lock().unlock();
        }
        boolean success = false;
        try {
            if (waiting.size() > 0) {
                ripenUnheld(waiting);
                awaitGrace();
            }
            release(request);
            success = true;
        } finally {
            ended(success);
        }
    }

    /** Lets ripen what nobody holds, after who goes by what extentAt said of it could find out. */
    private void ripenUnheld(ClusterRanges waiting) {
        boolean told = false;
        try {
            background.mappingChanged(0, Long.MAX_VALUE);
            told = true;
        } finally {
            ripenUnheld(waiting, told);
        }
    }

    private void ripenUnheld(ClusterRanges waiting, boolean told) {
        metadata.lock().lock();
        try {
            if (told) {
                metadata.quarantine().ripenUnheld(waiting, metadata.file().inUse().beginAhead());
            } else {
                metadata.quarantine().durable(waiting);
            }
        } finally {
            metadata.lock().unlock();
        }
    }

    /** Frees what is ripe if that can be done now; if not, the next write-back tries again. */
    void tryToRelease(Request request) {
        try {
            releaseRipe(request);
        } catch (IOException e) {
            LOG.debug("clusters could not be freed", e);
        }
    }

    /**
     * Frees what is ripe, and returns when nothing is being freed any more, or what is takes too
     * long. What an error keeps from being freed stays ripe.
     */
    void releaseRipe(Request request) throws IOException {
        release(request);
        awaitOthers();
    }

    private void awaitOthers() {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        metadata.lock().lock();
        try {
            while (metadata.quarantine().isReleasing()) {
                if (!Waiting.await(ended, deadline - System.nanoTime())) {
                    metadata.quarantine().giveUpOnReleases(); // I2
                }
            }
        } finally {
            metadata.lock().unlock();
        }
    }

    private void release(Request request) throws IOException {
        ClusterRanges ripe;
        metadata.lock().lock();
        try {
            if (!metadata.quarantine().hasRipe()) {
                return;
            }
            metadata.quarantine().releases();
            ripe = metadata.quarantine().takeRipe();
        } finally {
            metadata.lock().unlock();
        }
        int next = 0;
        boolean success = false;
        try {
            while (next < ripe.size()) {
                if (ripe.mayDiscard(next)) {
                    discard(request, ripe.first(next), ripe.count(next));
                }
                // From here on it puts back by itself what is left of the run.
                lower(request, ripe, next++);
            }
            success = true;
        } finally {
            putBack(ripe, next);
            ended(success);
        }
    }

    private void ended(boolean success) {
        metadata.lock().lock();
        try {
            metadata.quarantine().released(success);
            ended.signalAll();
        } finally {
            metadata.lock().unlock();
        }
    }

    private void putBack(ClusterRanges ripe, int firstRun) {
        ClusterRanges rest = new ClusterRanges();
        for (int i = firstRun; i < ripe.size(); i++) {
            rest.add(ripe.first(i), ripe.count(i), ripe.mayDiscard(i));
        }
        metadata.lock().lock();
        try {
            metadata.quarantine().putBackRipe(rest);
        } finally {
            metadata.lock().unlock();
        }
    }

    /**
     * Tells the host that clusters are not needed: those of the run that nothing else points to.
     */
    private void discard(Request request, long first, long count) throws IOException {
        Geometry geometry = metadata.geometry();
        for (long cluster = first; cluster < first + count; ) {
            long from = cluster;
            long length = 0;
            while (cluster < first + count && isLast(request, cluster)) {
                length += geometry.clusterSize();
                cluster++;
            }
            if (length == 0) {
                cluster++;
            } else {
                discardOnHost(request, from << geometry.clusterBits(), length);
            }
        }
    }

    private void discardOnHost(Request request, long offset, long length) {
        try {
            metadata.file().discard(request, offset, length);
        } catch (IOException e) {
            // It is a hint: without it the cluster is free all the same.
            LOG.debug("discarding {} bytes at {} of the image file", length, offset, e);
        }
    }

    private boolean isLast(Request request, long cluster) throws IOException {
        return metadata.locked(request, () -> metadata.refcounts().get(cluster) == 1);
    }

    private void lower(Request request, ClusterRanges ripe, int run) throws IOException {
        // Begun anew after a missing block was loaded, or after an error, it goes on where it was.
        long[] at = {ripe.first(run)};
        long end = at[0] + ripe.count(run);
        try {
            metadata.locked(request, () -> lowerTo(at, end));
        } finally {
            if (at[0] < end) {
                ClusterRanges rest = new ClusterRanges();
                rest.add(at[0], end - at[0], ripe.mayDiscard(run));
                putBack(rest, 0);
            }
        }
    }

    private boolean lowerTo(long[] at, long end) throws Missing, CorruptImageException {
        for (; at[0] < end; at[0]++) {
            if (metadata.refcounts().decrease(at[0]) == 0) {
                metadata.allocator().freed(at[0]);
            }
        }
        return true;
    }
}
