package org.ashlar.spi.job;

import java.io.IOException;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.RequestSource;
import org.osgi.annotation.versioning.ProviderType;

/** What a running job is told, and tells, about itself. Thread-safe. */
@ProviderType
public interface JobControl {

    /**
     * Returns the source of the job's requests; its roots are those attached in {@code prepare}, in
     * that order.
     */
    RequestSource source();

    /**
     * Waits while the job is paused or its rate is spent, then accounts for {@code bytes} done. To
     * be called with no admission held: between two checkpoints the job may be in flight, inside
     * one it never is.
     *
     * @throws org.ashlar.spi.BlockException of kind {@code CANCELLED} once the job is cancelled
     */
    default void checkpoint(long bytes) throws IOException {
        checkpoint(bytes, bytes);
    }

    /**
     * Does the same for {@code bytes} done of which only {@code moved} cost anything: the rate is
     * spent on these alone.
     *
     * @throws org.ashlar.spi.BlockException of kind {@code CANCELLED} once the job is cancelled
     */
    void checkpoint(long bytes, long moved) throws IOException;

    /** Says how many bytes are left; the sum with what is done may change. */
    void remaining(long bytes);

    /**
     * Deals with a failed request as the job's error policy says, reporting it as an event; called
     * with no admission held.
     *
     * @return true to try the same bytes again (after the pause that the policy asked for), false
     *     to skip them
     * @throws IOException the error itself, if the policy is to fail
     */
    boolean retryAfter(Access access, IOException error) throws IOException;

    /** Says that a job that runs until told, such as a mirror, could complete now. */
    void ready();

    /** Returns whether such a job has been told to complete. */
    boolean completionRequested();
}
