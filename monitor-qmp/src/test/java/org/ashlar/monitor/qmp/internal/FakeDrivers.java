package org.ashlar.monitor.qmp.internal;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.job.JobDriver;

/** The drivers of a {@link FakeLayer}: the monitor's own commands and what a test adds. */
final class FakeDrivers implements Drivers {

    final List<BlockDriver> nodes = new CopyOnWriteArrayList<>();
    final List<ExportDriver> exports = new CopyOnWriteArrayList<>();
    final List<MonitorCommand> commands = new CopyOnWriteArrayList<>(new QmpPlugin().commands());

    @Override
    public Collection<BlockDriver> nodes() {
        return nodes;
    }

    @Override
    public Optional<BlockDriver> node(String name) {
        return nodes.stream().filter(driver -> driver.name().equals(name)).findFirst();
    }

    @Override
    public Collection<JobDriver> jobs() {
        return List.of();
    }

    @Override
    public Collection<ExportDriver> exports() {
        return exports;
    }

    @Override
    public Collection<MonitorCommand> commands() {
        return commands;
    }

    @Override
    public Collection<MonitorDriver> monitors() {
        return List.of();
    }
}
