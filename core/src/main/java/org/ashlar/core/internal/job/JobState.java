package org.ashlar.core.internal.job;

import static org.ashlar.spi.job.JobStatus.ABORTING;
import static org.ashlar.spi.job.JobStatus.CONCLUDED;
import static org.ashlar.spi.job.JobStatus.NULL;
import static org.ashlar.spi.job.JobStatus.PAUSED;
import static org.ashlar.spi.job.JobStatus.PENDING;
import static org.ashlar.spi.job.JobStatus.READY;
import static org.ashlar.spi.job.JobStatus.RUNNING;
import static org.ashlar.spi.job.JobStatus.STANDBY;
import static org.ashlar.spi.job.JobStatus.UNDEFINED;
import static org.ashlar.spi.job.JobStatus.WAITING;

import java.util.Optional;
import org.ashlar.core.internal.job.JobEvents.Progress;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.source.Access;

/**
 * Where one job stands: what it was told, how far it is, and what may happen next. Guarded by the
 * lock of its {@link Job}; it never waits and calls nothing foreign: events are put, not sent.
 *
 * <ul>
 *   <li>I1: the status moves along {@link JobTransitions} only.
 *   <li>I2: PAUSED and STANDBY imply {@code paused}.
 *   <li>I3: once {@code finalizing}, the job can no longer be cancelled or finalized again.
 *   <li>I4: after CONCLUDED nothing but the dismissal changes it, whatever its body still does.
 * </ul>
 */
final class JobState {
    /** How far the job was told to give up. */
    private enum Cancel {
        NO,
        /** A ready job ends, but makes no use of what it did. */
        SOFT,
        FORCE
    }

    private final String type;
    private final JobSettings settings;
    private final JobEvents events;
    private final RateLimit rate = new RateLimit();

    private JobStatus status = UNDEFINED;
    private long current;
    private long total;
    private long speed;
    private boolean paused;
    private boolean completionRequested;
    private boolean finalizeRequested;
    private boolean finalizing;
    private Cancel cancel = Cancel.NO;
    private Optional<Kind> ioError = Optional.empty();
    private Optional<String> error = Optional.empty();

    JobState(String type, JobSettings settings, JobEvents events, long now) {
        this.type = type;
        this.settings = settings;
        this.events = events;
        speed(settings.speed(), now);
    }

    JobInfo info(boolean busy) {
        boolean ready = status == READY || status == STANDBY;
        return new JobInfo(
                settings.id(),
                type,
                status,
                current,
                total,
                speed,
                busy,
                paused,
                ready,
                ioError,
                settings.autoFinalize(),
                settings.autoDismiss(),
                error);
    }

    // What the job is told.

    void checkVerb(JobVerb verb) throws BlockException {
        boolean tooLate = finalizing && verb == JobVerb.CANCEL; // I3
        if (tooLate || !verb.isAllowedIn(status)) {
            throw verb.refusal(settings.id(), status);
        }
    }

    void pause() throws BlockException {
        checkVerb(JobVerb.PAUSE);
        if (paused) {
            throw BlockException.invalid("Job is already paused");
        }
        paused = true;
    }

    void resume() throws BlockException {
        if (!paused) {
            throw BlockException.invalid("Can't resume a job that was not paused");
        }
        checkVerb(JobVerb.RESUME);
        unpause();
    }

    /** Cancels; returns whether the job's requests are to be given up. */
    boolean cancel(boolean force) throws BlockException {
        checkVerb(JobVerb.CANCEL);
        if (paused && !force) {
            throw BlockException.invalid(
                    "The block job for device '" + settings.id() + "' is currently paused");
        }
        if (status == READY && !force) {
            cancel = cancel == Cancel.NO ? Cancel.SOFT : cancel;
        } else {
            cancel = Cancel.FORCE;
            unpause();
        }
        return isCancelled();
    }

    void complete() throws BlockException {
        checkVerb(JobVerb.COMPLETE);
        if (cancel != Cancel.NO) {
            throw BlockException.invalid(
                    "The active block job '" + settings.id() + "' cannot be completed");
        }
        completionRequested = true;
    }

    void requestFinalize() throws BlockException {
        checkVerb(JobVerb.FINALIZE);
        if (settings.autoFinalize() || finalizeRequested) {
            throw JobVerb.FINALIZE.refusal(settings.id(), status);
        }
        finalizeRequested = true;
    }

    void dismiss() throws BlockException {
        checkVerb(JobVerb.DISMISS);
        enter(NULL);
    }

    /** Sets the rate in bytes a second, 0 for no limit. */
    void speed(long bytesPerSecond, long now) {
        speed = bytesPerSecond;
        rate.speed(bytesPerSecond, now);
    }

    // What its body does.

    void enter(JobStatus next) {
        if (!JobTransitions.after(status).contains(next)) {
            throw new IllegalStateException(
                    "job " + settings.id() + ": " + status + " to " + next); // I1
        }
        status = next;
        events.status(settings.id(), next);
    }

    /** Returns whether the job was told to give up at once. */
    boolean isCancelled() {
        return cancel == Cancel.FORCE;
    }

    boolean isPaused() {
        return paused;
    }

    /** Returns whether the job is paused and has come to a stop. */
    boolean standsStill() {
        return status == PAUSED || status == STANDBY;
    }

    /** Returns for how many nanoseconds the rate is spent. */
    long delay(long now) {
        return rate.delay(now);
    }

    /** Accounts for {@code bytes} and returns true, unless the job has to wait first. */
    boolean pass(long bytes, long moved, long now) throws BlockException {
        if (!passUnpaused() || rate.delay(now) > 0) {
            return false;
        }
        current += bytes;
        total = Math.max(total, current);
        rate.charge(moved, now);
        return true;
    }

    /** Returns false, and that the job stands still, if it is to be paused. */
    boolean passUnpaused() throws BlockException {
        checkNotCancelled();
        if (paused && status == RUNNING) {
            enter(PAUSED);
        } else if (paused && status == READY) {
            enter(STANDBY);
        }
        return !paused;
    }

    void remaining(long bytes) {
        if (!hasConcluded()) { // I4
            total = current + bytes;
        }
    }

    /** Reports a failed request and, if the policy is to stop, pauses the job. */
    ErrorAction report(Access access, Kind kind) throws BlockException {
        checkNotCancelled();
        ErrorAction action = ErrorAction.of(settings.onError(), kind);
        events.error(progress(), access, action);
        if (action == ErrorAction.STOP) {
            ioError = Optional.of(kind == Kind.NO_SPACE ? kind : Kind.IO);
            paused = true;
        }
        return action;
    }

    void ready() {
        if (status == RUNNING) {
            enter(READY);
            events.ready(progress());
        }
    }

    /** Returns whether a ready job has been told to end, by completing or softly cancelling it. */
    boolean isCompletionRequested() {
        return completionRequested || cancel == Cancel.SOFT;
    }

    /**
     * Goes from the end of the work to the moment where its effect is made permanent and returns
     * true, unless the job is to be paused first.
     */
    boolean pend() throws BlockException {
        if (!passUnpaused()) {
            return false;
        }
        enter(WAITING);
        enter(PENDING);
        if (!settings.autoFinalize()) {
            events.pending(progress());
        }
        return true;
    }

    boolean awaitsFinalize() {
        return !settings.autoFinalize() && !finalizeRequested;
    }

    /**
     * Passes the point of no return.
     *
     * @return whether there is an effect to make permanent: not if the job was softly cancelled
     */
    boolean beginFinalize() throws BlockException {
        checkNotCancelled();
        finalizing = true; // I3
        return cancel == Cancel.NO;
    }

    /** Says that the job fails or was cancelled, before what it holds is released. */
    void abort(String reason) {
        if (hasConcluded() || status == ABORTING) {
            return; // I4
        }
        unpause();
        error = Optional.of(isCancelled() ? "Operation canceled" : reason);
        enter(ABORTING);
    }

    /** Says that all is done and released. */
    void conclude() {
        if (hasConcluded()) {
            return; // I4
        }
        boolean aborted = status == ABORTING;
        if (aborted && isCancelled()) {
            events.cancelled(progress());
        } else {
            events.completed(progress(), error);
        }
        enter(CONCLUDED);
        if (settings.autoDismiss()) {
            enter(NULL);
        }
    }

    boolean hasConcluded() {
        return status == CONCLUDED || status == NULL;
    }

    void checkNotCancelled() throws BlockException {
        if (isCancelled()) {
            throw new BlockException(Kind.CANCELLED, "Operation canceled");
        }
    }

    private void unpause() {
        paused = false;
        ioError = Optional.empty();
        if (status == PAUSED) {
            enter(RUNNING);
        } else if (status == STANDBY) {
            enter(READY);
        }
        assert status != PAUSED && status != STANDBY; // I2
    }

    private Progress progress() {
        return new Progress(settings.id(), type, total, current, speed);
    }
}
