package org.ashlar.tck;

import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;

/** Opens disks in memory, gone when their node is closed: {@code driver=memory,size=64M}. */
public final class MemoryDriver implements BlockDriver {
    private static final Option<Long> SIZE =
            Option.bytes("size").required().help("length of the disk in bytes");

    @Override
    public String name() {
        return "memory";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public List<Option<?>> options() {
        return List.of(SIZE);
    }

    @Override
    public BlockNode open(OpenRequest request) {
        return new MemoryNode(request.options().get(SIZE));
    }
}
