package org.ashlar.core.internal.job;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.RequestSource;

/** What a body sees of its job. Thread-safe. */
final class ControlOfJob implements JobControl {
    private final Job job;
    private final RequestSource source;

    /** The first error whose bytes were skipped; written by {@link #retryAfter} once. */
    private volatile Optional<IOException> skipped = Optional.empty();

    ControlOfJob(Job job, RequestSource source) {
        this.job = job;
        this.source = source;
    }

    /**
     * Returns the first error whose bytes were skipped: what was copied with holes must not take
     * the place of the original, so the job fails at its end.
     */
    Optional<IOException> skipped() {
        return skipped;
    }

    @Override
    public RequestSource source() {
        return source;
    }

    @Override
    public void checkpoint(long bytes, long moved) throws IOException {
        job.checkpoint(bytes, moved);
    }

    @Override
    public void remaining(long bytes) {
        job.remaining(bytes);
    }

    @Override
    public boolean retryAfter(Access access, IOException error) throws IOException {
        Kind kind = error instanceof BlockException known ? known.kind() : Kind.IO;
        return switch (job.report(access, kind)) {
            case STOP -> true;
            case REPORT -> throw error;
            case IGNORE -> {
                keepFirst(error);
                yield false;
            }
        };
    }

    private synchronized void keepFirst(IOException error) {
        if (skipped.isEmpty()) {
            skipped = Optional.of(error);
        }
    }

    @Override
    public void ready() {
        job.ready();
    }

    @Override
    public boolean completionRequested() {
        return job.isCompletionRequested();
    }
}
