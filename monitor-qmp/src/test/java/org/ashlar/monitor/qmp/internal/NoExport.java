package org.ashlar.monitor.qmp.internal;

import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.export.BlockExport;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.export.ExportRequest;
import org.ashlar.spi.option.Option;

/** Declares an export of type {@code nbd}, and starts none. */
final class NoExport implements ExportDriver {

    @Override
    public String type() {
        return "nbd";
    }

    @Override
    public List<Option<?>> options() {
        return List.of(Option.text("name"));
    }

    @Override
    public BlockExport start(ExportRequest request) throws BlockException {
        throw BlockException.unsupported("start");
    }
}
