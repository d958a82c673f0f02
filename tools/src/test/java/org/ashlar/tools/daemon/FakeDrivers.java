package org.ashlar.tools.daemon;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.job.JobDriver;

/** Commands and monitors, and nothing else. Immutable. */
record FakeDrivers(Collection<MonitorCommand> commands, Collection<MonitorDriver> monitors)
        implements Drivers {

    @Override
    public Collection<BlockDriver> nodes() {
        return List.of();
    }

    @Override
    public Optional<BlockDriver> node(String name) {
        return Optional.empty();
    }

    @Override
    public Collection<JobDriver> jobs() {
        return List.of();
    }

    @Override
    public Collection<ExportDriver> exports() {
        return List.of();
    }
}
