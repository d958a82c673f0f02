package org.ashlar.core.internal.job;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.source.Access;

/**
 * One job as those who tell it things, and its own thread, share it: changes of its state, and the
 * waiting for them. It knows no driver's class. Thread-safe: {@code state} is guarded by the lock,
 * under which nothing foreign is called; events are sent after it is released.
 */
final class Job {
    private final JobSettings settings;
    private final JobEvents events;
    private final LongSupplier clock;
    private final JobState state;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Makes a job that is not told of yet; {@code clock} counts as {@link System#nanoTime()}. */
    Job(String type, JobSettings settings, JobEvents events, LongSupplier clock) {
        this.settings = settings;
        this.events = events;
        this.clock = clock;
        this.state = new JobState(type, settings, events, clock.getAsLong());
    }

    JobSettings settings() {
        return settings;
    }

    JobInfo info(boolean busy) {
        lock.lock();
        try {
            return state.info(busy);
        } finally {
            lock.unlock();
        }
    }

    // What it is told, by any thread.

    void pause() throws BlockException {
        change(JobState::pause);
    }

    void resume() throws BlockException {
        change(JobState::resume);
    }

    /** Cancels; returns whether the job's requests are to be given up. */
    boolean cancel(boolean force) throws BlockException {
        return ask(now -> now.cancel(force));
    }

    void complete() throws BlockException {
        change(JobState::complete);
    }

    void requestFinalize() throws BlockException {
        change(JobState::requestFinalize);
    }

    void dismiss() throws BlockException {
        change(JobState::dismiss);
    }

    void speed(long bytesPerSecond) throws BlockException {
        change(now -> {
            now.checkVerb(JobVerb.SET_SPEED);
            checkSpeed(bytesPerSecond);
            now.speed(bytesPerSecond, clock.getAsLong());
        });
    }

    private static void checkSpeed(long bytesPerSecond) throws BlockException {
        if (bytesPerSecond < 0) {
            throw BlockException.invalid("Parameter 'speed' expects a non-negative value");
        }
    }

    /**
     * Refuses settings with which no job can run: as with the reference, the job is told of as
     * there, and as gone.
     */
    static void check(JobSettings settings, JobEvents events) throws BlockException {
        try {
            checkSpeed(settings.speed());
        } catch (BlockException refused) {
            events.status(settings.id(), JobStatus.CREATED);
            events.status(settings.id(), JobStatus.NULL);
            events.send();
            throw refused;
        }
    }

    // What its own thread does.

    /** Tells that the job is there and runs. */
    void begin() {
        set(now -> {
            now.enter(JobStatus.CREATED);
            now.enter(JobStatus.RUNNING);
        });
    }

    /** Waits while the job is paused or its rate is spent, then accounts for {@code bytes}. */
    void checkpoint(long bytes, long moved) throws BlockException {
        while (!ask(now -> now.pass(bytes, moved, clock.getAsLong()))) {
            awaitWhile(JobState::standsStill); // a pause while the rate is spent is seen at once
            awaitWhile(now -> !now.isPaused() && now.delay(clock.getAsLong()) > 0);
        }
    }

    void remaining(long bytes) {
        set(now -> now.remaining(bytes));
    }

    /** Reports a failed request; if the policy is to stop, returns once the job is resumed. */
    ErrorAction report(Access access, Kind kind) throws BlockException {
        ErrorAction action = ask(now -> now.report(access, kind));
        while (!ask(JobState::passUnpaused)) {
            awaitWhile(JobState::isPaused);
        }
        return action;
    }

    void ready() {
        set(JobState::ready);
    }

    boolean isCompletionRequested() {
        lock.lock();
        try {
            return state.isCompletionRequested();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Goes from the end of the work to the moment where its effect is made permanent, waiting to be
     * told to if the settings say so.
     *
     * @return whether there is an effect to make permanent: not if the job was softly cancelled
     * @throws BlockException of kind {@code CANCELLED}
     */
    boolean awaitFinalize() throws BlockException {
        while (!ask(JobState::pend)) {
            awaitWhile(JobState::isPaused);
        }
        awaitWhile(JobState::awaitsFinalize);
        return ask(JobState::beginFinalize);
    }

    /** Says that the job fails or was cancelled, before what it holds is released. */
    void abort(String reason) {
        set(now -> now.abort(reason));
    }

    /** Says that all is done and released. */
    void conclude() {
        set(JobState::conclude);
    }

    private interface Change {
        void to(JobState state) throws BlockException;
    }

    private interface Question<T> {
        T to(JobState state) throws BlockException;
    }

    private void change(Change change) throws BlockException {
        ask(state -> {
            change.to(state);
            return true;
        });
    }

    private void set(Consumer<JobState> change) {
        lock.lock();
        try {
            change.accept(state);
            changed.signalAll();
        } finally {
            lock.unlock();
            events.send();
        }
    }

    private <T> T ask(Question<T> question) throws BlockException {
        lock.lock();
        try {
            T answer = question.to(state);
            changed.signalAll();
            return answer;
        } finally {
            lock.unlock();
            events.send();
        }
    }

    /** The one place where the job's thread waits: until cancelled, or no longer so. */
    private void awaitWhile(Predicate<JobState> so) {
        lock.lock();
        try {
            while (!state.isCancelled() && so.test(state)) {
                long delay = state.delay(clock.getAsLong());
                await(delay > 0 ? delay : Long.MAX_VALUE);
            }
        } finally {
            lock.unlock();
        }
    }

    @SuppressWarnings("WaitNotInLoop") // the callers loop
    private void await(long nanos) {
        try {
            var _ = changed.awaitNanos(nanos);
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at a job", e);
        }
    }
}
