package org.ashlar.core.internal.registry;

import java.util.List;
import java.util.function.Function;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.job.JobDriver;

/**
 * The kinds of things that a plugin contributes: how each is typed, named and listed. Immutable.
 *
 * @param <T> the interface that contributions of the kind implement
 * @param type that interface
 * @param property the service property that carries the name
 * @param name how a contribution is named
 * @param listed where a plugin lists its contributions of the kind
 */
public record Kind<T>(
        Class<T> type,
        String property,
        Function<T, String> name,
        Function<Plugin, List<? extends T>> listed) {

    /** Drivers of nodes. */
    public static final Kind<BlockDriver> NODE =
            new Kind<>(BlockDriver.class, "name", BlockDriver::name, Plugin::drivers);

    /** Drivers of jobs. */
    public static final Kind<JobDriver> JOB =
            new Kind<>(JobDriver.class, "type", JobDriver::type, Plugin::jobs);

    /** Drivers of exports. */
    public static final Kind<ExportDriver> EXPORT =
            new Kind<>(ExportDriver.class, "type", ExportDriver::type, Plugin::exports);

    /** Commands of the control protocol. */
    public static final Kind<MonitorCommand> COMMAND =
            new Kind<>(MonitorCommand.class, "name", MonitorCommand::name, Plugin::commands);

    /** Control protocols. */
    public static final Kind<MonitorDriver> MONITOR =
            new Kind<>(MonitorDriver.class, "mode", MonitorDriver::mode, Plugin::monitors);

    /** Every kind. */
    public static final List<Kind<?>> ALL = List.of(NODE, JOB, EXPORT, COMMAND, MONITOR);
}
