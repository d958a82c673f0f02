package org.ashlar.monitor.qmp.internal;

import java.util.List;
import org.ashlar.monitor.qmp.internal.command.Commands;
import org.ashlar.monitor.qmp.internal.command.CreateJob;
import org.ashlar.monitor.qmp.internal.session.Monitors;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.job.JobDriver;

/** The QMP monitor, its commands, and the job that creates images. */
public final class QmpPlugin implements Plugin {

    private final Monitors monitors = new Monitors();

    @Override
    public List<MonitorCommand> commands() {
        return Commands.all(monitors);
    }

    @Override
    public List<MonitorDriver> monitors() {
        return List.of(new QmpDriver(monitors));
    }

    @Override
    public List<JobDriver> jobs() {
        return List.of(new CreateJob());
    }
}
