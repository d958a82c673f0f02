package org.ashlar.drivers.nbd.internal;

import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.NodeSettings.DetectZeroes;

/** Settings that tests open nodes with. Stateless. */
final class Settings {
    static final NodeSettings READ_ONLY =
            new NodeSettings(true, false, false, false, false, false, DetectZeroes.OFF);

    static final NodeSettings AUTO_READ_ONLY =
            new NodeSettings(false, true, false, false, false, false, DetectZeroes.OFF);

    private Settings() {}
}
