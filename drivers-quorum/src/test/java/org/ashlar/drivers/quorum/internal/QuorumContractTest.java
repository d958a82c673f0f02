package org.ashlar.drivers.quorum.internal;

import java.io.IOException;
import java.util.Map;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.tck.BlockNodeContract;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Nested;

/** A quorum is a node like any other, over children of any kind. */
class QuorumContractTest {

    private static RigNode open(Rig rig, Capabilities one, Capabilities other, String... more)
            throws IOException {
        return rig.open(
                new QuorumDriver(),
                QuorumBench.options(2, more),
                Map.of(
                        "children.0", new MemoryNode(1 << 20, one),
                        "children.1", new MemoryNode(1 << 20, other),
                        "children.2", new MemoryNode(1 << 20, one)));
    }

    @Nested
    class Voting extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return QuorumContractTest.open(
                    rig, MemoryNode.CAPABILITIES, MemoryNode.CAPABILITIES.withClusterSize(65536));
        }
    }

    @Nested
    class Rewriting extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return QuorumContractTest.open(
                    rig, MemoryNode.CAPABILITIES, MemoryNode.CAPABILITIES, "rewrite-corrupted=on");
        }
    }

    @Nested
    class FirstInFirstOut extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return QuorumContractTest.open(
                    rig, MemoryNode.CAPABILITIES, MemoryNode.CAPABILITIES, "read-pattern=fifo");
        }
    }

    @Nested
    class OverUnequalChildren extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return QuorumContractTest.open(
                    rig,
                    MemoryNode.CAPABILITIES.withAlignment(512).without(Feature.PARALLEL),
                    MemoryNode.CAPABILITIES
                            .without(Feature.ZERO, Feature.FAST_ZERO, Feature.FUA)
                            .withMaxTransfer(65536));
        }
    }
}
