package org.ashlar.core.internal.job;

import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.job.ErrorPolicy;

/** What a job does about one failed request (QMP {@code BlockErrorAction}). Immutable. */
enum ErrorAction {
    /** The bytes are skipped; the job goes on, and fails at its end. */
    IGNORE,
    /** The job fails. */
    REPORT,
    /** The job pauses and tries again when resumed. */
    STOP;

    /** Returns what the policy says of an error of that kind. */
    static ErrorAction of(ErrorPolicy policy, Kind kind) {
        return switch (policy) {
            case REPORT -> REPORT;
            case IGNORE -> IGNORE;
            case STOP -> STOP;
            // The reference's jobs take "auto" for "enospc".
            case ENOSPC, AUTO -> kind == Kind.NO_SPACE ? STOP : REPORT;
        };
    }
}
