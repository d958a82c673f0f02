package org.ashlar.spi.control;

import java.util.Collection;
import java.util.Optional;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.job.JobDriver;
import org.osgi.annotation.versioning.ProviderType;

/** The drivers that are there now; they come and go. Thread-safe. */
@ProviderType
public interface Drivers {

    /** Returns the node drivers, by name. */
    Collection<BlockDriver> nodes();

    /** Returns the node driver of that name. */
    Optional<BlockDriver> node(String name);

    /** Returns the job drivers. */
    Collection<JobDriver> jobs();

    /** Returns the export drivers. */
    Collection<ExportDriver> exports();

    /** Returns the monitor commands. */
    Collection<MonitorCommand> commands();

    /** Returns the control protocols. */
    Collection<MonitorDriver> monitors();
}
