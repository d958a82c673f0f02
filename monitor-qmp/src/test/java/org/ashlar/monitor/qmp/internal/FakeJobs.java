package org.ashlar.monitor.qmp.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ashlar.spi.control.Jobs;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.option.OptionTree;

/** The jobs of a {@link FakeLayer}: what a test puts there; verbs are recorded. */
final class FakeJobs implements Jobs {

    final List<JobInfo> jobs = new CopyOnWriteArrayList<>();

    /** The options of the job started last; written by the commands' thread. */
    volatile OptionTree started = OptionTree.empty();

    private final List<String> calls;

    FakeJobs(List<String> calls) {
        this.calls = calls;
    }

    @Override
    public void start(String type, JobSettings settings, OptionTree options) {
        started = options;
        calls.add("start " + type + " " + settings);
    }

    @Override
    public List<JobInfo> list() {
        return jobs;
    }

    @Override
    public void pause(String id) {
        calls.add("pause " + id);
    }

    @Override
    public void resume(String id) {
        calls.add("resume " + id);
    }

    @Override
    public void cancel(String id, boolean force) {
        calls.add("cancel " + id + " " + force);
    }

    @Override
    public void complete(String id) {
        calls.add("complete " + id);
    }

    @Override
    public void finalizeJob(String id) {
        calls.add("finalize " + id);
    }

    @Override
    public void dismiss(String id) {
        calls.add("dismiss " + id);
    }

    @Override
    public void speed(String id, long bytesPerSecond) {
        calls.add("speed " + id + " " + bytesPerSecond);
    }
}
