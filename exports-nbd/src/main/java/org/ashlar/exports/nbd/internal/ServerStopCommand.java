package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.util.Map;
import org.ashlar.spi.Engaged;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;

/** QMP {@code nbd-server-stop}: ends all NBD exports, then the server. Immutable. */
final class ServerStopCommand implements MonitorCommand, Engaged {
    private final NbdService service;

    ServerStopCommand(NbdService service) {
        this.service = service;
    }

    @Override
    public String name() {
        return "nbd-server-stop";
    }

    @Override
    public Object run(CommandCall call) throws IOException {
        service.stop(call.layer());
        return Map.of();
    }

    @Override
    public boolean isEngaged() {
        return service.isEngaged();
    }
}
