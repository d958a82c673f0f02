package org.ashlar.core.internal.job;

import static org.ashlar.spi.job.JobStatus.ABORTING;
import static org.ashlar.spi.job.JobStatus.CONCLUDED;
import static org.ashlar.spi.job.JobStatus.CREATED;
import static org.ashlar.spi.job.JobStatus.NULL;
import static org.ashlar.spi.job.JobStatus.PAUSED;
import static org.ashlar.spi.job.JobStatus.PENDING;
import static org.ashlar.spi.job.JobStatus.READY;
import static org.ashlar.spi.job.JobStatus.RUNNING;
import static org.ashlar.spi.job.JobStatus.STANDBY;
import static org.ashlar.spi.job.JobStatus.WAITING;

import java.util.EnumSet;
import java.util.Set;
import org.ashlar.spi.job.JobStatus;

/** Which status may follow which (QMP {@code JobStatus}). Stateless. */
final class JobTransitions {

    private JobTransitions() {}

    /** Returns what may follow {@code status}. */
    static Set<JobStatus> after(JobStatus status) {
        return switch (status) {
            case UNDEFINED -> EnumSet.of(CREATED);
            case CREATED -> EnumSet.of(RUNNING, ABORTING, NULL);
            case RUNNING -> EnumSet.of(PAUSED, READY, WAITING, ABORTING);
            case PAUSED -> EnumSet.of(RUNNING);
            case READY -> EnumSet.of(STANDBY, WAITING, ABORTING);
            case STANDBY -> EnumSet.of(READY);
            case WAITING -> EnumSet.of(PENDING, ABORTING);
            case PENDING -> EnumSet.of(ABORTING, CONCLUDED);
            case ABORTING -> EnumSet.of(CONCLUDED);
            case CONCLUDED -> EnumSet.of(NULL);
            case NULL -> EnumSet.noneOf(JobStatus.class);
        };
    }
}
