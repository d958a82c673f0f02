package org.ashlar.core;

import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;

/** Opens memory disks whose calls a test can stop. Thread-safe. */
final class HeldDriver implements BlockDriver {
    private static final Option<Long> TAG = Option.integer("tag").orElse(0L).reopenable();

    private final TestLayer layer;

    HeldDriver(TestLayer layer) {
        this.layer = layer;
    }

    @Override
    public String name() {
        return "held";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public List<Option<?>> options() {
        return List.of(TAG);
    }

    @Override
    public BlockNode open(OpenRequest request) {
        return layer.held(request.nodeName());
    }
}
