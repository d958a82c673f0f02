package org.ashlar.exports.nbd.internal;

import java.util.List;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.export.ExportDriver;

/** Contributes the NBD export and the commands of its server, all over one server. Immutable. */
public final class NbdPlugin implements Plugin {
    private final NbdService service = new NbdService();

    /** Makes the plugin, for the service loader. */
    public NbdPlugin() {}

    @Override
    public List<ExportDriver> exports() {
        return List.of(new NbdExportDriver(service));
    }

    @Override
    public List<MonitorCommand> commands() {
        return List.of(
                new ServerStartCommand(service),
                new ServerStopCommand(service),
                new ServerAddCommand(),
                new ServerRemoveCommand());
    }
}
