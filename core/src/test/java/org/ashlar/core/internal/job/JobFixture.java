package org.ashlar.core.internal.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.core.internal.fake.FakeGraph;
import org.ashlar.core.internal.fake.FakeSources;
import org.ashlar.core.internal.fake.HeardEvents;
import org.ashlar.core.internal.graph.Sources.Source;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.job.BlockJob;
import org.ashlar.spi.job.ErrorPolicy;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.job.JobDriver;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.spi.job.JobRequest;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.option.OptionTree;

/** A job manager over fakes, and jobs whose bodies a test writes. Confined to one test. */
final class JobFixture {
    static final long LIMIT_SECONDS = 20;

    final HeardEvents events = new HeardEvents();
    final FakeSources sources = new FakeSources();
    final Registry registry = new Registry();
    final List<GraphChange> applied = new ArrayList<>();
    final JobManager jobs;

    /** What {@link #changes} does besides writing the change down. */
    volatile JobChanges onApply = (_, _) -> {};

    JobFixture() {
        this(new JobLimits(seconds(LIMIT_SECONDS), seconds(60), seconds(LIMIT_SECONDS)));
    }

    JobFixture(JobLimits limits) {
        JobGraph graph = new JobGraph(sources, () -> FakeGraph.TWO_NODES, this::changes);
        jobs = new JobManager(graph, registry, events, limits);
    }

    static Duration seconds(long count) {
        return Duration.ofSeconds(count);
    }

    private void changes(Source owner, GraphChange change) throws IOException {
        onApply.apply(owner, change);
        synchronized (applied) {
            applied.add(change);
        }
    }

    int appliedCount() {
        synchronized (applied) {
            return applied.size();
        }
    }

    /** What a body does. */
    interface Work {
        void run(JobControl control) throws IOException;
    }

    /** A body that a test writes. Thread-safe. */
    static final class Body implements BlockJob {
        static final GraphChange CHANGE = (_, _) -> {};

        private final Work work;
        final AtomicInteger closes = new AtomicInteger();

        /** What {@link #close} does besides counting. */
        volatile Runnable onClose = () -> {};

        Body(Work work) {
            this.work = work;
        }

        @Override
        public void run(JobControl control) throws IOException {
            work.run(control);
        }

        @Override
        public Optional<GraphChange> completion() {
            return Optional.of(CHANGE);
        }

        @Override
        public void close() {
            closes.incrementAndGet();
            onClose.run();
        }
    }

    /** Starts a job of type stream named {@code j}. */
    Body start(JobSettings settings, Work work) throws IOException {
        Body body = new Body(work);
        var registration = registry.add(Kind.JOB, new FakeJobs(body), Rank.NONE);
        jobs.start("stream", settings, OptionTree.empty());
        registration.close();
        return body;
    }

    private record FakeJobs(BlockJob body) implements JobDriver {
        @Override
        public String type() {
            return "stream";
        }

        @Override
        public BlockJob prepare(JobRequest request) throws IOException {
            Child root = request.attachRoot("main", "disk", Permissions.READ);
            request.claim(root);
            return body;
        }
    }

    static JobSettings settings(boolean autoFinalize, boolean autoDismiss) {
        return new JobSettings("j", 0, ErrorPolicy.REPORT, autoFinalize, autoDismiss);
    }

    static JobSettings manual(ErrorPolicy policy) {
        return new JobSettings("j", 0, policy, false, false);
    }

    JobInfo info() {
        List<JobInfo> all = jobs.list();
        assertEquals(1, all.size(), all::toString);
        return all.getFirst();
    }

    /** Returns the events told, the job's status changes by their status alone. */
    List<String> told() {
        return events.lines().stream()
                .map(line -> line.replaceAll("^JOB_STATUS_CHANGE .status=(\\w+), id=j.$", "$1"))
                .toList();
    }

    interface Call {
        void run() throws IOException;
    }

    static void assertRefused(String message, Call call) {
        assertEquals(message, assertThrows(BlockException.class, call::run).getMessage());
    }

    static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(LIMIT_SECONDS, TimeUnit.SECONDS), "waited too long");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Goes through checkpoints until told otherwise. */
    static void loop(JobControl control) throws IOException {
        while (!control.completionRequested()) {
            control.checkpoint(0);
            Thread.onSpinWait();
        }
    }
}
