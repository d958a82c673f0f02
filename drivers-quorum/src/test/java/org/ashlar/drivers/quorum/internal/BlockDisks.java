package org.ashlar.drivers.quorum.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;
import org.ashlar.tck.FaultyNode;
import org.ashlar.tck.MemoryNode;

/** Opens disks in memory that are read and written in whole blocks and can fail. Thread-safe. */
final class BlockDisks implements BlockDriver {
    static final int BLOCK = 512;

    private static final Option<Long> SIZE = Option.bytes("size").required();

    /** What was opened, in order. */
    final List<FaultyNode> opened = new CopyOnWriteArrayList<>();

    @Override
    public String name() {
        return "block-disk";
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
        MemoryNode disk =
                new MemoryNode(
                        request.options().get(SIZE), MemoryNode.CAPABILITIES.withAlignment(BLOCK));
        opened.add(new FaultyNode(disk));
        return opened.getLast();
    }
}
