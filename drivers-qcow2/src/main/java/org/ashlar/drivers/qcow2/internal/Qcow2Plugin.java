package org.ashlar.drivers.qcow2.internal;

import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.Plugin;

/** Contributes the qcow2 driver. Immutable. */
public final class Qcow2Plugin implements Plugin {
    @Override
    public List<BlockDriver> drivers() {
        return List.of(new Qcow2Driver());
    }
}
