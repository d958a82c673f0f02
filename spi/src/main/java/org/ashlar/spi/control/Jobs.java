package org.ashlar.spi.control;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.option.OptionTree;
import org.osgi.annotation.versioning.ProviderType;

/**
 * The jobs of a block layer. Thread-safe. A verb that the job's status does not allow is refused by
 * a message that says so.
 */
@ProviderType
public interface Jobs {

    /** Starts a job. */
    void start(String type, JobSettings settings, OptionTree options) throws IOException;

    /** Returns the jobs that are not dismissed, in the order they were started. */
    List<JobInfo> list();

    /** Pauses a job at its next checkpoint (QMP {@code job-pause}). */
    void pause(String id) throws IOException;

    /** Lets a paused job go on (QMP {@code job-resume}). */
    void resume(String id) throws IOException;

    /**
     * Cancels a job; {@code force} also where it is ready and could complete (QMP {@code
     * job-cancel}).
     */
    void cancel(String id, boolean force) throws IOException;

    /** Tells a ready job to complete (QMP {@code job-complete}). */
    void complete(String id) throws IOException;

    /** Lets a pending job make its completion permanent (QMP {@code job-finalize}). */
    void finalizeJob(String id) throws IOException;

    /** Forgets a concluded job (QMP {@code job-dismiss}). */
    void dismiss(String id) throws IOException;

    /** Sets the rate in bytes a second, 0 for no limit (QMP {@code block-job-set-speed}). */
    void speed(String id, long bytesPerSecond) throws IOException;
}
