package org.ashlar.drivers.nbd.internal;

import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.Plugin;

/** Contributes the nbd driver. Immutable. */
public final class NbdPlugin implements Plugin {

    @Override
    public List<BlockDriver> drivers() {
        return List.of(new NbdDriver());
    }
}
