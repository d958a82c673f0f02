package org.ashlar.core.internal.io;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ashlar.core.internal.grace.Interrupts;
import org.ashlar.core.internal.graph.GraceWaits;
import org.ashlar.core.internal.graph.GraphState;
import org.ashlar.core.internal.graph.Node;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The work a node starts by itself. Thread-safe.
 *
 * <p>Invariant I1: after {@link #close()} has returned, nothing that was scheduled or started here
 * runs or will run.
 */
public final class BackgroundImpl implements Background {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundImpl.class);

    private final GraphState graph;
    private final Events events;
    private final Node node;
    private final SourceImpl source;
    private final GraceWaits grace;

    @GuardedBy("this")
    private final Set<Ticking> schedules = new HashSet<>();

    @GuardedBy("this")
    private boolean closed;

    public BackgroundImpl(GraphState graph, Events events, Node node, GraceWaits grace) {
        this.graph = graph;
        this.events = events;
        this.node = node;
        this.source = (SourceImpl) node.background();
        this.grace = grace;
    }

    @Override
    public boolean tryStart(String name, Request.Work work) {
        Consumer consumer = source.consumer();
        if (isClosed()) { // I1: the gate is closed while close() runs
            return false;
        }
        try {
            Optional<Admission> admission = consumer.tryAdmit(Access.WRITE, false);
            if (admission.isEmpty()) {
                return false;
            }
            try (Admission pinned = admission.get()) {
                pinned.request().fork(request -> run(name, work, request));
            }
            return true;
        } catch (BlockException gone) {
            return false;
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private void run(String name, Request.Work work, Request request) {
        try {
            work.run(request);
        } catch (IOException | RuntimeException | LinkageError error) {
            LOG.warn("node '{}': {}: {}", node.name(), name, error.toString());
        }
    }

    @Override
    public Schedule every(String name, Duration interval, Request.Work work) {
        Ticking schedule = new Ticking(name, interval, work);
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("node '" + node.name() + "' is closed");
            }
            schedules.add(schedule);
        }
        Thread.ofVirtual().name(name + " of " + node.name()).start(schedule::run);
        return schedule;
    }

    private final class Ticking implements Schedule {
        private final String name;
        private final Duration interval;
        private final Request.Work work;
        private final CountDownLatch stop = new CountDownLatch(1);
        private final CountDownLatch over = new CountDownLatch(1);

        private Ticking(String name, Duration interval, Request.Work work) {
            this.name = name;
            this.interval = interval;
            this.work = work;
        }

        private void run() {
            Consumer consumer = source.consumer();
            try {
                while (!stop.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                    tick(consumer);
                }
            } catch (InterruptedException end) {
                LOG.debug("node '{}': {} ends: {}", node.name(), name, end.getMessage());
            } finally {
                over.countDown();
            }
        }

        /** Works once, if the gate is open; before the node is published, and after, it is not. */
        private void tick(Consumer consumer) {
            try {
                Optional<Admission> admission = consumer.tryAdmit(Access.WRITE, false);
                if (admission.isPresent()) {
                    try (Admission pinned = admission.get()) {
                        BackgroundImpl.this.run(name, work, pinned.request());
                    }
                }
            } catch (BlockException notInTheGraph) {
                LOG.trace("node '{}': {} waits", node.name(), name, notInTheGraph);
            }
        }

        @Override
        public void close() {
            stop.countDown();
            boolean interrupted = false;
            while (true) {
                try {
                    over.await();
                    break;
                } catch (InterruptedException stray) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Interrupts.restore();
            }
            synchronized (BackgroundImpl.this) {
                schedules.remove(this);
            }
        }
    }

    @Override
    public void mappingChanged(long offset, long length) {
        node.maps().changed(offset, length);
    }

    @Override
    public void afterGrace(Runnable action) {
        Thread.ofVirtual()
                .name("after-grace of " + node.name())
                .start(() -> {
                    grace.forAllThatReach(
                            graph.current(), node, "what node '" + node.name() + "' freed");
                    try {
                        action.run();
                    } catch (RuntimeException | LinkageError error) {
                        LOG.warn("node '{}': after grace: {}", node.name(), error.toString());
                    }
                });
    }

    @Override
    public void corrupted(String message, long offset, long length, boolean fatal) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("device", "");
        data.put("node-name", node.name());
        data.put("msg", message);
        if (offset >= 0) {
            data.put("offset", offset);
        }
        if (length > 0) {
            data.put("size", length);
        }
        data.put("fatal", fatal);
        if (fatal) {
            graph.corrupt(node);
        }
        events.publish("BLOCK_IMAGE_CORRUPTED", data);
    }

    @Override
    public void report(String event, Map<String, Object> data) {
        events.publish(event, data);
    }

    /** Ends every schedule; the gate is closed already, as the source has left the graph. */
    public void close() {
        List<Ticking> running;
        synchronized (this) {
            closed = true;
            running = List.copyOf(schedules);
        }
        running.forEach(Ticking::close);
    }
}
