package org.ashlar.monitor.qmp.internal;

import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;

/** Declares what the reference's {@code null-co} has, and opens nothing. */
final class NullDriver implements BlockDriver {

    @Override
    public String name() {
        return "null-co";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public List<Option<?>> options() {
        return List.of(
                Option.bytes("size"), Option.integer("latency-ns"), Option.bool("read-zeroes"));
    }

    @Override
    public BlockNode open(OpenRequest request) throws BlockException {
        throw BlockException.unsupported("open");
    }
}
