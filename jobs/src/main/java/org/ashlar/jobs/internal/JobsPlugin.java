package org.ashlar.jobs.internal;

import java.util.List;
import org.ashlar.jobs.internal.stream.BlockStreamCommand;
import org.ashlar.jobs.internal.stream.StreamJobDriver;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.job.JobDriver;

/** Contributes the jobs and their commands. Stateless. */
public final class JobsPlugin implements Plugin {

    @Override
    public List<JobDriver> jobs() {
        return List.of(new StreamJobDriver());
    }

    @Override
    public List<MonitorCommand> commands() {
        return List.of(new BlockStreamCommand());
    }
}
