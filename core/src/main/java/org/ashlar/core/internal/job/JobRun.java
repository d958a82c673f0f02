package org.ashlar.core.internal.job;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ashlar.core.internal.graph.Sources.Source;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.job.BlockJob;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a job's body to its end on a thread of its own, makes its effect permanent and releases what
 * it held. Thread-safe: all but {@link #run} may be called by any thread.
 *
 * <p>I1: what the job held (roots, claims, what its body holds) is released exactly once, after the
 * body has really ended, and before the job is told of as concluded; only a cancelled job whose
 * body is stuck is told of before.
 */
final class JobRun implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);

    private final Job job;
    private final BlockJob body;
    private final Source source;
    private final JobChanges changes;
    private final CancellableSource requests;
    private final ControlOfJob control;
    private final CountDownLatch ended = new CountDownLatch(1);

    JobRun(Job job, BlockJob body, Source source, JobChanges changes) {
        this.job = job;
        this.body = body;
        this.source = source;
        this.changes = changes;
        this.requests = new CancellableSource(source);
        this.control = new ControlOfJob(job, requests);
    }

    Job job() {
        return job;
    }

    /** Returns whether the job has requests in flight. */
    boolean isBusy() {
        return source.inFlight() > 0;
    }

    /** Flags all requests of the job as cancelled. */
    void cancelRequests() {
        requests.cancel();
    }

    /** Tells of a cancelled job as concluded although its body is stuck in a request. */
    void abandon() {
        LOG.warn(
                "Job '{}' was cancelled but is stuck in a request: what it uses stays in use until"
                        + " that has ended",
                job.settings().id());
        job.abort("Operation canceled");
        job.conclude();
    }

    /** Waits until the body has ended and released everything; returns whether it has in time. */
    boolean awaitEnd(Duration limit) {
        try {
            return ended.await(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at a job", e);
        }
    }

    @Override
    public void run() {
        try {
            Optional<String> failure = work();
            failure.ifPresent(job::abort);
            release();
            job.conclude();
        } finally {
            ended.countDown();
        }
    }

    /** Returns why it failed, if it did. */
    private Optional<String> work() {
        try {
            body.run(control);
            if (control.skipped().isPresent()) {
                throw control.skipped().get();
            }
            if (job.awaitFinalize()) {
                Optional<GraphChange> change = body.completion();
                if (change.isPresent()) {
                    changes.apply(source, change.get());
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(messageOf(e));
        } catch (RuntimeException | Error e) {
            LOG.error("Job '{}' failed by a defect", job.settings().id(), e);
            return Optional.of("internal error: " + e);
        }
    }

    private static String messageOf(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    /** Releases what the job holds; called once its body has ended, or never began. */
    void release() {
        attempt("body", body::close);
        attempt("claims", source::releaseClaims);
        attempt("source", source::close);
    }

    private interface Release {
        void run() throws IOException;
    }

    private void attempt(String what, Release release) {
        try {
            release.run();
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("Job '{}': releasing its {} failed", job.settings().id(), what, e);
        }
    }
}
