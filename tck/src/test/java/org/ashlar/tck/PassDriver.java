package org.ashlar.tck;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.FilterNode;
import org.ashlar.spi.OpenRequest;

/** A filter that changes nothing. */
final class PassDriver implements BlockDriver {

    @Override
    public String name() {
        return "pass";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FILTER;
    }

    @Override
    public List<ChildOption> childOptions() {
        return List.of(ChildOption.required("file", ChildRole.FILTERED, "what it shows"));
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        return new FilterNode(request.attach("file", ChildRole.FILTERED)) {};
    }
}
