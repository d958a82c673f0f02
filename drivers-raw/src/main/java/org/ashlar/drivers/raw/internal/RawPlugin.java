package org.ashlar.drivers.raw.internal;

import java.util.List;
import org.ashlar.drivers.raw.internal.file.FileDriver;
import org.ashlar.drivers.raw.internal.linux.LinuxCalls;
import org.ashlar.drivers.raw.internal.nulls.NullDriver;
import org.ashlar.drivers.raw.internal.raw.RawDriver;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.Plugin;

/** Contributes {@code raw}, {@code file}, {@code host_device}, {@code null-co}. Immutable. */
public final class RawPlugin implements Plugin {

    /** Makes the plugin. */
    public RawPlugin() {}

    @Override
    public List<BlockDriver> drivers() {
        return List.of(
                new RawDriver(),
                FileDriver.ofFiles(LinuxCalls::ofThisMachine),
                FileDriver.ofDevices(LinuxCalls::ofThisMachine),
                new NullDriver("null-co"),
                new NullDriver("null-aio"));
    }
}
