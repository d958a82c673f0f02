package org.ashlar.drivers.qcow2.internal;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.BlockNodeContract;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Nested;

/** What every node must do, done by images of all kinds. */
class Qcow2ContractTest {
    private static final int LENGTH = 1 << 20;

    private static RigNode open(Rig rig, boolean overBacking, String... more) throws IOException {
        Map<String, String> options = new HashMap<>();
        options.put("size", Integer.toString(LENGTH));
        for (int i = 0; i < more.length; i += 2) {
            options.put(more[i], more[i + 1]);
        }
        Qcow2Driver driver = new Qcow2Driver();
        MemoryNode storage = new MemoryNode(0);
        rig.create(driver, OptionTree.dotted(options), storage);
        Map<String, BlockNode> children = new HashMap<>(Map.of("file", storage));
        if (overBacking) {
            byte[] below = new byte[LENGTH * 3 / 4];
            new Random(3).nextBytes(below);
            children.put("backing", MemoryNode.of(below));
        }
        return rig.open(driver, OptionTree.empty(), children);
    }

    @Nested
    class Alone extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return Qcow2ContractTest.open(rig, false);
        }
    }

    @Nested
    class OverBacking extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return Qcow2ContractTest.open(rig, true, "cluster_size", "4096");
        }
    }

    @Nested
    class Subclusters extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return Qcow2ContractTest.open(rig, true, "extended_l2", "on");
        }
    }

    @Nested
    class Version2 extends BlockNodeContract {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            return Qcow2ContractTest.open(rig, true, "compat", "0.10");
        }
    }
}
