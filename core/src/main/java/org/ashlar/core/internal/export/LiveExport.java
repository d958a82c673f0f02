package org.ashlar.core.internal.export;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.core.internal.graph.Sources.Source;
import org.ashlar.spi.export.BlockExport;
import org.ashlar.spi.export.ExportInfo;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One export from its start to the moment where nothing of it is left. Thread-safe.
 *
 * <p>I1: its end is begun once, and {@code ended} opens after the source is closed.
 */
final class LiveExport {
    private static final Logger LOG = LoggerFactory.getLogger(LiveExport.class);

    private final ExportSettings settings;
    private final BlockExport export;
    private final Source source;
    private final AtomicBoolean ending = new AtomicBoolean();
    private final CountDownLatch ended = new CountDownLatch(1);

    LiveExport(ExportSettings settings, BlockExport export, Source source) {
        this.settings = settings;
        this.export = export;
        this.source = source;
    }

    String id() {
        return settings.id();
    }

    int clients() {
        return export.clients();
    }

    /** Returns the export as it stands; its root may have been led to another node since. */
    ExportInfo info(GraphView graph) {
        String nodeName =
                graph.roots().stream()
                        .filter(edge -> edge.child().equals(source.root()))
                        .map(EdgeInfo::target)
                        .findFirst()
                        .orElse(settings.nodeName());
        return new ExportInfo(id(), settings.type(), nodeName, ending.get(), export.clients());
    }

    /** Returns true to the first who asks: that one is to call {@link #end}. */
    boolean beginEnd() {
        return ending.compareAndSet(false, true); // I1
    }

    /** Disconnects its clients and releases its node, whatever fails. */
    void end() {
        try {
            export.close();
        } catch (RuntimeException | LinkageError e) {
            LOG.warn("Export '{}' failed to close", id(), e);
        }
        try {
            source.close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("Export '{}' failed to release its node", id(), e);
        }
    }

    /** Says that it has ended and is told of as deleted. */
    void ended() {
        ended.countDown();
    }

    /** Waits until it is deleted; returns whether it is in time. */
    boolean awaitEnd(Duration limit) {
        try {
            return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at an export", e);
        }
    }
}
