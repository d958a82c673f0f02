package org.ashlar.spi.job;

/** What a job does about a failed request (QMP {@code BlockdevOnError}). */
public enum ErrorPolicy {
    /** Fails. */
    REPORT,
    /** Skips the bytes. */
    IGNORE,
    /** Pauses if the storage is full, otherwise fails. */
    ENOSPC,
    /** Pauses and tries again when resumed. */
    STOP,
    /** The job type's own choice, which is to fail. */
    AUTO
}
