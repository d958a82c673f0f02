package org.ashlar.jobs.internal.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.RequestSource;
import org.ashlar.tck.RigSource;

/** A job's control that checks that a checkpoint is passed empty-handed. Guarded by its monitor. */
class FakeControl implements JobControl {
    private final RigSource source;
    private final List<Access> errors = new ArrayList<>();
    private long done;
    private long remaining;

    FakeControl(RigSource source) {
        this.source = source;
    }

    @Override
    public RequestSource source() {
        return source;
    }

    @Override
    public synchronized void checkpoint(long bytes, long moved) throws IOException {
        assertEquals(0, source.admitted(), "admitted at a checkpoint");
        done += bytes;
        atCheckpoint();
    }

    /** What a test does at each checkpoint. */
    void atCheckpoint() throws IOException {}

    @Override
    public synchronized void remaining(long bytes) {
        remaining = bytes;
    }

    @Override
    public synchronized boolean retryAfter(Access access, IOException error) throws IOException {
        assertEquals(0, source.admitted(), "admitted while the policy is asked");
        errors.add(access);
        return isToBeTriedAgain(error);
    }

    /** Fails, as the policy {@code report}; a test may do otherwise. */
    boolean isToBeTriedAgain(IOException error) throws IOException {
        throw error;
    }

    synchronized List<Access> errors() {
        return List.copyOf(errors);
    }

    synchronized long done() {
        return done;
    }

    synchronized long left() {
        return remaining;
    }

    @Override
    public void ready() {
        throw new AssertionError("a stream is never ready");
    }

    @Override
    public boolean completionRequested() {
        return false;
    }
}
