package org.ashlar.monitor.qmp.internal;

import java.io.IOException;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.RequestSource;

/** Lets a job run without pause; it has no source. */
final class FakeJobControl implements JobControl {

    @Override
    public RequestSource source() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void checkpoint(long bytes, long moved) {}

    @Override
    public void remaining(long bytes) {}

    @Override
    public boolean retryAfter(Access access, IOException error) throws IOException {
        throw error;
    }

    @Override
    public void ready() {}

    @Override
    public boolean completionRequested() {
        return false;
    }
}
