package org.ashlar.core.internal.job;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import jakarta.inject.Inject;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.ashlar.core.internal.graph.Sources.Source;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.control.Jobs;
import org.ashlar.spi.job.BlockJob;
import org.ashlar.spi.job.JobDriver;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts jobs, finds them by id, and ends them all at the end. Thread-safe: the table of jobs is
 * guarded by the lock, under which at most a job's own lock is taken; drivers, sources and
 * listeners are called without it.
 *
 * <ul>
 *   <li>I1: an id is in {@code starting} or names one job that is not dismissed, never both.
 *   <li>I2: once {@code closed}, no job is added.
 * </ul>
 */
public final class JobManager implements Jobs, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(JobManager.class);
    private static final boolean FORCE = true;
    private static final String CLOSING = "The block layer is shutting down";
    private static final Pattern ID = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]*");

    private final JobGraph graph;
    private final Drivers drivers;
    private final JobEvents events;
    private final JobLimits limits;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Set<String> starting = new HashSet<>();

    /** By id, in the order they were started; a dismissed job is taken out a moment later. */
    @GuardedBy("lock")
    private final Map<String, JobRun> runs = new LinkedHashMap<>();

    /** Those whose thread has not ended, also where the job was told of as concluded before. */
    @GuardedBy("lock")
    private final Set<JobRun> alive = new LinkedHashSet<>();

    @GuardedBy("lock")
    private boolean closed;

    /** Makes a manager without jobs. */
    @Inject
    public JobManager(JobGraph graph, Drivers drivers, Events events) {
        this(graph, drivers, events, JobLimits.DEFAULT);
    }

    JobManager(JobGraph graph, Drivers drivers, Events events, JobLimits limits) {
        this.graph = graph;
        this.drivers = drivers;
        this.events = new JobEvents(events);
        this.limits = limits;
    }

    @Override
    public void start(String type, JobSettings settings, OptionTree options) throws IOException {
        if (!ID.matcher(settings.id()).matches()) {
            throw BlockException.invalid("Invalid job ID '" + settings.id() + "'");
        }
        JobDriver driver = driver(type);
        OptionValues values = OptionValues.check(driver.options(), options);
        reserve(settings.id());
        JobRun run;
        try {
            run = prepare(driver, settings, values);
        } catch (Throwable failure) {
            unreserve(settings.id());
            throw failure;
        }
        run.job().begin();
        admit(run);
        Thread.ofVirtual().name("job " + settings.id()).start(() -> runAndForget(run));
    }

    private JobDriver driver(String type) throws BlockException {
        return drivers.jobs().stream()
                .filter(driver -> driver.type().equals(type))
                .findFirst()
                .orElseThrow(() ->
                        new BlockException(Kind.NOT_FOUND, "Job type '" + type + "' is not known"));
    }

    /** Asks the driver for a body; on failure nothing of the job is left. */
    private JobRun prepare(JobDriver driver, JobSettings settings, OptionValues values)
            throws IOException {
        Source source = graph.sources().openStaying("job " + settings.id());
        try {
            BlockJob body =
                    driver.prepare(new StartOfJob(settings.id(), values, graph.view(), source));
            Job.check(settings, events);
            Job job = new Job(driver.type(), settings, events, System::nanoTime);
            return new JobRun(job, body, source, graph.changes());
        } catch (Throwable failure) {
            try {
                source.releaseClaims();
                source.close();
            } catch (IOException | RuntimeException e) {
                failure.addSuppressed(e);
            }
            throw failure;
        }
    }

    private void reserve(String id) throws BlockException {
        lock.lock();
        try {
            if (closed) {
                throw new BlockException(Kind.GONE, CLOSING);
            }
            JobRun run = runs.get(id);
            boolean used = run != null && statusOf(run) != JobStatus.NULL;
            if (used || !starting.add(id)) { // I1
                throw new BlockException(Kind.BUSY, "Job ID '" + id + "' already in use");
            }
        } finally {
            lock.unlock();
        }
    }

    private void unreserve(String id) {
        lock.lock();
        try {
            starting.remove(id);
        } finally {
            lock.unlock();
        }
    }

    /** Puts the job into the table, or ends it if the layer was closed meanwhile. */
    private void admit(JobRun run) throws BlockException {
        String id = run.job().settings().id();
        lock.lock();
        try {
            starting.remove(id);
            if (!closed) {
                runs.remove(id);
                runs.put(id, run);
                alive.add(run);
                return;
            }
        } finally {
            lock.unlock();
        }
        BlockException gone = new BlockException(Kind.GONE, CLOSING); // I2
        run.job().abort(CLOSING);
        run.release();
        run.job().conclude();
        throw gone;
    }

    private void runAndForget(JobRun run) {
        try {
            run.run();
        } finally {
            lock.lock();
            try {
                alive.remove(run);
            } finally {
                lock.unlock();
            }
            forgetIfDismissed(run);
        }
    }

    private void forgetIfDismissed(JobRun run) {
        lock.lock();
        try {
            if (statusOf(run) == JobStatus.NULL) {
                runs.remove(run.job().settings().id(), run);
            }
        } finally {
            lock.unlock();
        }
    }

    private static JobStatus statusOf(JobRun run) {
        return run.job().info(false).status();
    }

    private List<JobRun> snapshot() {
        lock.lock();
        try {
            return new ArrayList<>(runs.values());
        } finally {
            lock.unlock();
        }
    }

    private JobRun find(String id) throws BlockException {
        for (JobRun run : snapshot()) {
            if (run.job().settings().id().equals(id) && statusOf(run) != JobStatus.NULL) {
                return run;
            }
        }
        throw new BlockException(Kind.NOT_FOUND, "Job not found");
    }

    @Override
    public List<JobInfo> list() {
        return snapshot().stream()
                .map(run -> run.job().info(run.isBusy()))
                .filter(info -> info.status() != JobStatus.NULL)
                .toList();
    }

    @Override
    public void pause(String id) throws IOException {
        find(id).job().pause();
    }

    @Override
    public void resume(String id) throws IOException {
        find(id).job().resume();
    }

    @Override
    public void cancel(String id, boolean force) throws IOException {
        JobRun run = find(id);
        if (run.job().cancel(force)) {
            run.cancelRequests();
            Thread.ofVirtual().name("cancel of job " + id).start(() -> watchCancelled(run));
        }
    }

    /** Cancelling frees the job, not its requests: see {@link JobLimits#cancelling()}. */
    private void watchCancelled(JobRun run) {
        if (!run.awaitEnd(limits.cancelling())) {
            run.abandon();
            forgetIfDismissed(run);
        }
    }

    @Override
    public void complete(String id) throws IOException {
        find(id).job().complete();
    }

    @Override
    public void finalizeJob(String id) throws IOException {
        JobRun run = find(id);
        run.job().requestFinalize();
        if (!run.awaitEnd(limits.finalizing())) {
            throw new BlockException(
                    Kind.BUSY,
                    "Job '%s' is being finalized, which takes longer than %d s"
                            .formatted(id, limits.finalizing().toSeconds()));
        }
    }

    @Override
    public void dismiss(String id) throws IOException {
        JobRun run = find(id);
        run.job().dismiss();
        forgetIfDismissed(run);
    }

    @Override
    public void speed(String id, long bytesPerSecond) throws IOException {
        find(id).job().speed(bytesPerSecond);
    }

    /**
     * Starts no new job, cancels all there are and waits, with a limit, until each has ended and
     * released what it held; what is concluded is dismissed.
     */
    @Override
    public void close() {
        List<JobRun> last;
        lock.lock();
        try {
            closed = true;
            last = new ArrayList<>(alive);
        } finally {
            lock.unlock();
        }
        last.forEach(JobManager::cancelAtEnd);
        long end = System.nanoTime() + limits.closing().toNanos();
        for (JobRun run : last) {
            if (!run.awaitEnd(Duration.ofNanos(end - System.nanoTime()))) {
                LOG.warn("Job '{}' is stuck in a request", run.job().settings().id());
            }
        }
        snapshot().forEach(this::dismissAtEnd);
    }

    private static void cancelAtEnd(JobRun run) {
        try {
            run.job().cancel(FORCE);
            run.cancelRequests();
        } catch (BlockException tooLate) {
            LOG.debug("Job '{}' is ending: {}", run.job().settings().id(), tooLate.getMessage());
        }
    }

    private void dismissAtEnd(JobRun run) {
        try {
            run.job().dismiss();
        } catch (BlockException gone) {
            LOG.debug("Job '{}': {}", run.job().settings().id(), gone.getMessage());
        }
        forgetIfDismissed(run);
    }
}
