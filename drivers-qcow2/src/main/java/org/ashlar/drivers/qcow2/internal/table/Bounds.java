package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.spi.Background;
import org.ashlar.spi.Request;

/**
 * Keeps what is dirty or in quarantine in bounds, and the file from growing for clusters that are
 * about to be free. Thread-safe.
 *
 * <ul>
 *   <li>I1: nobody waits here for a grace period, which the caller's own pin may hold up: a request
 *       waits for I/O, for a write-back, or, with a limit, for the release of what is ripe.
 *   <li>I2: at most one write-back that nobody waits for is on its way.
 * </ul>
 */
final class Bounds {
    /** A write-back is started when this part of the disk's length waits for one. */
    private static final int QUARANTINE_PART = 8;

    private static final long QUARANTINE_BYTES_MIN = 1L << 20;
    private static final long QUARANTINE_BYTES_MAX = 64L << 20;

    /**
     * Beyond so many times that, whoever adds to it does the write-back; and where so much waits
     * for grace, behind requests that have become that old, whoever adds to it frees what they do
     * not touch.
     */
    private static final int HARD = 2;

    private final Metadata metadata;
    private final Background background;

    /** Whether a write-back that nobody waits for is on its way. */
    private final AtomicBoolean started = new AtomicBoolean();

    Bounds(Metadata metadata, Background background) {
        this.metadata = metadata;
        this.background = background;
    }

    /** Starts a write-back, or does one if there is too much; without the lock. */
    void keep(Request request) throws IOException {
        boolean crowded;
        boolean overfull;
        metadata.lock().lock();
        try {
            long waiting = bytes(metadata.quarantine().removedClusters());
            long limit = quarantineLimit();
            crowded =
                    metadata.l2().isCrowded()
                            || waiting > limit
                            || (!metadata.liveHeader().isLazy()
                                    && metadata.refcounts().blocks().isOverfull());
            overfull = metadata.l2().isOverfull() || waiting > HARD * limit;
        } finally {
            metadata.lock().unlock();
        }
        if (overfull) {
            metadata.flush(request);
        } else if (crowded && started.compareAndSet(false, true)) {
            startWriteBack();
        }
        if (isGraceBehind()) {
            metadata.release().releaseAheadOfGrace(request);
        }
    }

    private boolean isGraceBehind() {
        metadata.lock().lock();
        try {
            return bytes(metadata.quarantine().waitingClusters()) > HARD * quarantineLimit();
        } finally {
            metadata.lock().unlock();
        }
    }

    /** Frees what can be freed now; returns what {@link Allocator#freedInFile} is then. */
    long makeRoom(Request request) throws IOException {
        long end = metadata.geometry().clustersFor(metadata.file().length(request));
        metadata.lock().lock();
        try {
            metadata.allocator().fileFullAt(end);
        } finally {
            metadata.lock().unlock();
        }
        metadata.flush(request);
        metadata.release().releaseAheadOfGrace(request);
        metadata.release().releaseRipe(request);
        return metadata.freedInFile();
    }

    private long bytes(long clusters) {
        return clusters << metadata.geometry().clusterBits();
    }

    private long quarantineLimit() {
        long part = metadata.header().size() / QUARANTINE_PART;
        return Math.clamp(part, QUARANTINE_BYTES_MIN, QUARANTINE_BYTES_MAX);
    }

    private void startWriteBack() {
        boolean accepted =
                background.tryStart(
                        "qcow2-write-back",
                        request -> {
                            try {
                                metadata.flush(request);
                            } finally {
                                started.set(false);
                            }
                        });
        if (!accepted) {
            started.set(false);
        }
    }

    /**
     * Asks, under the lock, whether clusters up to {@code endCluster}, where the file has none yet,
     * may be handed out: not while the file is longer than the disk and clusters are about to be
     * free.
     */
    void beforeGrowing(long endCluster) throws Missing {
        long enough = metadata.geometry().clustersFor(metadata.header().size());
        if (endCluster > enough && metadata.quarantine().isAboutToYield()) {
            // If they cannot be freed, the file grows.
            throw new Missing(metadata.release()::tryToRelease);
        }
    }
}
