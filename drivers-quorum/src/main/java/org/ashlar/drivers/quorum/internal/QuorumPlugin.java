package org.ashlar.drivers.quorum.internal;

import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.Plugin;

/** Contributes the quorum driver. Stateless. */
public final class QuorumPlugin implements Plugin {

    @Override
    public List<BlockDriver> drivers() {
        return List.of(new QuorumDriver());
    }
}
