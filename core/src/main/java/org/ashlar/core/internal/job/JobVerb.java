package org.ashlar.core.internal.job;

import static org.ashlar.spi.job.JobStatus.CONCLUDED;
import static org.ashlar.spi.job.JobStatus.CREATED;
import static org.ashlar.spi.job.JobStatus.PAUSED;
import static org.ashlar.spi.job.JobStatus.PENDING;
import static org.ashlar.spi.job.JobStatus.READY;
import static org.ashlar.spi.job.JobStatus.RUNNING;
import static org.ashlar.spi.job.JobStatus.STANDBY;
import static org.ashlar.spi.job.JobStatus.WAITING;

import java.util.EnumSet;
import java.util.Set;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.option.Option;

/** What a job can be told, and in which status (QMP {@code JobVerb}). Immutable. */
enum JobVerb {
    CANCEL(CREATED, RUNNING, PAUSED, READY, STANDBY, WAITING, PENDING),
    PAUSE(CREATED, RUNNING, PAUSED, READY, STANDBY),
    RESUME(CREATED, RUNNING, PAUSED, READY, STANDBY),
    SET_SPEED(CREATED, RUNNING, PAUSED, READY, STANDBY),
    COMPLETE(READY, STANDBY),
    FINALIZE(PENDING),
    DISMISS(CONCLUDED);

    @SuppressWarnings("ImmutableEnumChecker") // copied, never changed
    private final Set<JobStatus> allowed;

    JobVerb(JobStatus first, JobStatus... more) {
        this.allowed = EnumSet.of(first, more);
    }

    boolean isAllowedIn(JobStatus status) {
        return allowed.contains(status);
    }

    /** Returns the refusal of the verb in that status, in the reference's words. */
    BlockException refusal(String id, JobStatus status) {
        return BlockException.invalid(
                "Job '%s' in state '%s' cannot accept command verb '%s'"
                        .formatted(id, Option.textOf(status), Option.textOf(this)));
    }
}
