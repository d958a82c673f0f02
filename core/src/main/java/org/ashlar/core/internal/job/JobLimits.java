package org.ashlar.core.internal.job;

import java.time.Duration;

/**
 * How long jobs may keep others waiting. Immutable.
 *
 * @param finalizing how long the command to finalize waits for the job to conclude
 * @param cancelling how long a cancelled job may be stuck in a request before it is told of as
 *     concluded; what it holds stays held until it has really ended
 * @param closing how long the end of the layer waits for all jobs
 */
record JobLimits(Duration finalizing, Duration cancelling, Duration closing) {
    static final JobLimits DEFAULT =
            new JobLimits(Duration.ofSeconds(30), Duration.ofSeconds(10), Duration.ofSeconds(30));
}
