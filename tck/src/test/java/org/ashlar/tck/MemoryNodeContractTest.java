package org.ashlar.tck;

import java.io.IOException;
import java.util.Map;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.Nested;

/** The contract over fakes with different abilities: the rig's own emulation is tested with it. */
class MemoryNodeContractTest {

    @Nested
    class WithEverything extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return rig.open(new MemoryDriver(), OptionTree.dotted(Map.of("size", "1M")), Map.of());
        }
    }

    @Nested
    class ThroughFilter extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return rig.open(
                    new PassDriver(false),
                    OptionTree.empty(),
                    Map.of("file", new MemoryNode(1 << 20)));
        }
    }

    @Nested
    class WithLittle extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            Capabilities little =
                    Capabilities.READ_ONLY
                            .with(Feature.WRITE)
                            .withAlignment(512)
                            .withMaxTransfer(4096);
            return rig.open(
                    new PassDriver(false),
                    OptionTree.empty(),
                    Map.of("file", new MemoryNode(128 << 10, little)));
        }
    }

    @Nested
    class ReadOnly extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            MemoryNode disk = new MemoryNode(128 << 10, Capabilities.READ_ONLY);
            disk.put(5000, new byte[] {1, 2, 3});
            return rig.open(new PassDriver(false), OptionTree.empty(), Map.of("file", disk));
        }
    }
}
