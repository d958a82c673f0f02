package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.spi.Background;
import org.ashlar.spi.Request;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frees clusters: the one place where a count goes down. A pointer to a cluster is removed in
 * memory, the removal becomes durable, a grace period passes, and only then is the count lowered,
 * and the cluster, if that was the last pointer, allocated again. So nothing that was in flight
 * while the pointer was there, reading or writing, meets the cluster's next use. Thread-safe.
 */
public final class Release {
    private static final Logger LOG = LoggerFactory.getLogger(Release.class);

    private final Metadata metadata;
    private final Background background;

    /** Held over the I/O of a release, so that who waits for it knows that all ripe is free. */
    private final ReentrantLock turn = new ReentrantLock();

    Release(Metadata metadata, Background background) {
        this.metadata = metadata;
        this.background = background;
    }

    /** Lets a grace period pass for clusters whose removal is durable; does not wait for it. */
    void awaitGrace(ClusterRanges removed) {
        if (removed.size() > 0) {
            background.afterGrace(() -> ripened(removed));
        }
    }

    private void ripened(ClusterRanges removed) {
        metadata.lock().lock();
        try {
            metadata.quarantine().ripened(removed);
        } finally {
            metadata.lock().unlock();
        }
        // If the gate is closed, the next write-back does it.
        background.tryStart("qcow2-free", this::tryToRelease);
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
     * Frees what is ripe, and returns when nothing is being freed any more. What an error keeps
     * from being freed stays ripe.
     */
    void releaseRipe(Request request) throws IOException {
        turn.lock();
        try {
            releaseInTurn(request);
        } finally {
            turn.unlock();
        }
    }

    private void releaseInTurn(Request request) throws IOException {
        ClusterRanges ripe;
        metadata.lock().lock();
        try {
            if (!metadata.quarantine().hasRipe()) {
                return;
            }
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
