package org.ashlar.spi;

import java.util.List;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.job.JobDriver;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What one jar contributes. Its class is named in {@code META-INF/services/org.ashlar.spi.Plugin}
 * and has a public constructor without arguments. In a framework an extender makes one instance
 * when the bundle starts and registers what it contributes as services; on a flat class path {@link
 * java.util.ServiceLoader} finds it. Each method is asked once.
 */
@ConsumerType
public interface Plugin {

    default List<BlockDriver> drivers() {
        return List.of();
    }

    default List<JobDriver> jobs() {
        return List.of();
    }

    default List<ExportDriver> exports() {
        return List.of();
    }

    default List<MonitorCommand> commands() {
        return List.of();
    }

    default List<MonitorDriver> monitors() {
        return List.of();
    }
}
