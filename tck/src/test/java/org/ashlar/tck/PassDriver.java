package org.ashlar.tck;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.FilterNode;
import org.ashlar.spi.OpenRequest;

/** A filter that changes nothing; one in bytes leaves it to its edge to make blocks of them. */
final class PassDriver implements BlockDriver {
    private final boolean inBytes;

    PassDriver(boolean inBytes) {
        this.inBytes = inBytes;
    }

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
        return new FilterNode(request.attach("file", ChildRole.FILTERED)) {
            @Override
            public Capabilities capabilities(Map<String, Capabilities> children) {
                Capabilities below = super.capabilities(children);
                return inBytes ? below.withAlignment(1) : below;
            }
        };
    }
}
