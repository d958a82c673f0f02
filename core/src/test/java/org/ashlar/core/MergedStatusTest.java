package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.ChainExtent;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Block status of a chain that the core has a merged map of: top, upper, lower, base. */
class MergedStatusTest {
    private static final int BLOCK = OverlayDriver.BLOCK;
    private static final int BLOCKS = 160; // more than two blocks of granules
    private static final long LENGTH = (long) BLOCKS * BLOCK;

    private final TestLayer test = new TestLayer();
    private Root root;

    @BeforeEach
    void openChain() throws IOException {
        test.provide("base", new MemoryNode(LENGTH));
        test.addHeld("base");
        test.addOverlay("lower", "base", LENGTH);
        test.addOverlay("upper", "lower", LENGTH);
        test.addOverlay("top", "upper", LENGTH);
        root = test.writer("top");
    }

    @AfterEach
    void close() throws IOException {
        root.close();
        test.close();
    }

    private ChainExtent status(long block, Optional<String> base) throws IOException {
        try (Admission admission = root.consumer("status").admit(Access.READ)) {
            long offset = block * BLOCK;
            return root.root().chainExtentAt(admission.request(), offset, LENGTH - offset, base);
        }
    }

    /** Returns the depth of each block. */
    private List<Integer> depths() throws IOException {
        List<Integer> depths = new ArrayList<>();
        while (depths.size() < BLOCKS) {
            ChainExtent extent = status(depths.size(), Optional.empty());
            for (long at = 0; at < extent.length(); at += BLOCK) {
                depths.add(extent.depth());
            }
        }
        return depths;
    }

    private void put(String layer, int block) throws IOException {
        try (Root below = test.writer(layer)) {
            write(below, (long) block * BLOCK, filled(BLOCK, 1));
        }
    }

    /** Asked for the first time, from what was asked for, and from what reads have asked for. */
    @Test
    void status_isTheSameWhateverIsKnown() throws Exception {
        List<Integer> expected = new ArrayList<>();
        String[] layers = {"top", "upper", "lower"};
        for (int block = 0; block < BLOCKS; block++) {
            int depth = block % 7 == 0 ? block % 3 : 3;
            if (depth < 3) {
                put(layers[depth], block);
            }
            expected.add(depth);
        }
        assertEquals(expected, depths());
        assertEquals(expected, depths());
        read(root, 0, (int) LENGTH);
        assertEquals(expected, depths());
        write(root, 8 * BLOCK, filled(BLOCK, 2));
        expected.set(8, 0);
        assertEquals(expected, depths());
    }

    @Test
    void status_ofWhatIsKnown_goesToTheLayerThatDecides() throws Exception {
        put("lower", 1);
        status(1, Optional.empty());
        Hold asking = test.overlays.held("upper").holdNext(Operation.EXTENT);
        asking.release();
        assertEquals(2, status(1, Optional.empty()).depth());
        read(root, BLOCK, BLOCK);
        assertFalse(asking.isHeld(), "upper was not asked, by the read neither");
    }

    @Test
    void status_ofAnEmptyChain_isAskedForInOneGo() throws Exception {
        ChainExtent extent = status(0, Optional.empty());
        assertEquals(LENGTH, extent.length());
        assertEquals(3, extent.depth());
        assertTrue(extent.zero());
    }

    @Test
    void write_whileAnAnswerIsHeld_isSeenByTheStatusAfterIt() throws Exception {
        Hold asked = test.overlays.held("upper").holdNext(Operation.EXTENT); // the top has answered
        CompletableFuture<ChainExtent> asking = async(() -> status(0, Optional.empty()));
        asked.awaitHeld();
        write(root, 0, filled(BLOCK, 1));
        asked.release();
        get(asking); // it began before the write: either is right
        assertEquals(0, status(0, Optional.empty()).depth());
    }

    @Test
    void layer_thatIsShorter_isPastItsEnd_withTheDepthOfTheLastLongOne() throws Exception {
        put("lower", 9);
        test.layer.resize("upper", 9L * BLOCK);
        for (int i = 0; i < 2; i++) {
            ChainExtent past = status(9, Optional.empty());
            assertEquals(0, past.depth());
            assertTrue(past.zero());
            assertFalse(past.allocated());
            assertEquals(9L * BLOCK, status(0, Optional.empty()).length());
        }
    }

    @Test
    void status_aboveABase_stopsThere() throws Exception {
        put("lower", 1);
        assertEquals(2, status(1, Optional.empty()).depth());
        ChainExtent above = status(1, Optional.of("lower"));
        assertFalse(above.allocated());
        assertEquals(2, above.depth());
    }
}
