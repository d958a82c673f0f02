package org.ashlar.monitor.qmp.internal.command;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.monitor.qmp.internal.session.CapabilitiesCommand;
import org.ashlar.monitor.qmp.internal.session.Monitors;
import org.ashlar.spi.control.MonitorCommand;

/** All commands of this bundle. Stateless. */
public final class Commands {

    private Commands() {}

    /** Returns the commands; {@code query-chardev} lists {@code monitors}. */
    public static List<MonitorCommand> all(Monitors monitors) {
        List<MonitorCommand> commands = new ArrayList<>();
        commands.add(new CapabilitiesCommand());
        commands.addAll(GeneralCommands.all(monitors));
        commands.addAll(NodeCommands.all());
        commands.addAll(GraphQueries.all());
        commands.addAll(ExportCommands.all());
        commands.addAll(JobCommands.all());
        return List.copyOf(commands);
    }
}
