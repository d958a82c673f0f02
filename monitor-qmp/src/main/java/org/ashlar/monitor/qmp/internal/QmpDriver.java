package org.ashlar.monitor.qmp.internal;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.monitor.qmp.internal.chardev.CharacterDevice;
import org.ashlar.monitor.qmp.internal.chardev.CharacterDevices;
import org.ashlar.monitor.qmp.internal.chardev.Connection;
import org.ashlar.monitor.qmp.internal.session.Monitors;
import org.ashlar.monitor.qmp.internal.session.QmpMonitor;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.control.MonitorRequest;
import org.ashlar.spi.option.OptionTree;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Starts monitors of mode {@code control}. Immutable. */
final class QmpDriver implements MonitorDriver {

    private static final Logger LOG = LoggerFactory.getLogger("monitor");

    private final Monitors monitors;

    QmpDriver(Monitors monitors) {
        this.monitors = monitors;
    }

    @Override
    public String mode() {
        return "control";
    }

    @Override
    public void check(OptionTree chardev) throws BlockException {
        CharacterDevices.check(chardev);
    }

    /** Opens the device; where it says so, waits for the first client before it returns. */
    @Override
    public Monitor start(MonitorRequest request) throws IOException {
        CharacterDevice device = CharacterDevices.open(request);
        Optional<Connection> first = Optional.empty();
        try {
            if (CharacterDevices.waits(request.chardev())) {
                LOG.info("waiting for connection on: disconnected:{}", device.fileName());
                first = Optional.of(device.accept());
            }
        } catch (IOException e) {
            device.close();
            throw e;
        }
        String id = request.chardev().text("id").orElse(device.fileName());
        QmpMonitor monitor = QmpMonitor.start(request, device, first, () -> monitors.remove(id));
        monitors.add(id, monitor);
        return monitor;
    }
}
