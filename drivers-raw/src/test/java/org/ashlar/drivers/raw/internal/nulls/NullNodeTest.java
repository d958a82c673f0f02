package org.ashlar.drivers.raw.internal.nulls;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Extent;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Nodes that keep nothing. */
class NullNodeTest {
    private final Rig rig = new Rig();
    private final NullDriver driver = new NullDriver("null-co");

    @AfterEach
    void close() throws IOException {
        rig.close();
    }

    private RigNode open(String... options) throws IOException {
        OptionTree tree = OptionTree.dotted(Map.of());
        for (int i = 0; i < options.length; i += 2) {
            tree = tree.with(options[i], options[i + 1]);
        }
        return rig.open(driver, tree, Map.of());
    }

    @Test
    void open_withoutOptions_isAGibibyteOfDataThatNeverBlocks() throws IOException {
        RigNode node = open();
        assertEquals(1 << 30, node.length());
        assertTrue(node.capabilities().has(Feature.NON_BLOCKING));
        assertEquals(List.of(new Extent.Data(1 << 30)), node.map());
    }

    @Test
    void read_afterAWrite_showsNothingOfIt() throws IOException {
        RigNode node = open("size", "64k");
        node.write(0, "secret".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        assertArrayEquals(new byte[4096], node.read(0, 4096));
    }

    @Test
    void extentAt_withReadZeroes_isZero() throws IOException {
        assertEquals(
                List.of(new Extent.Zero(65536, false)),
                open("size", "64k", "read-zeroes", "on").map());
    }

    @Test
    void request_withLatency_takesThatLongAndIsRefusedWhereItMustNotBlock() throws IOException {
        RigNode node = open("size", "64k", "latency-ns", "20000000");
        assertFalse(node.capabilities().has(Feature.NON_BLOCKING));
        long began = System.nanoTime();
        node.read(0, 512);
        node.flush();
        assertTrue(System.nanoTime() - began >= 40_000_000);
        try (RigRequest hurried = rig.hurriedRequest()) {
            BlockException refused =
                    assertThrows(
                            BlockException.class,
                            () ->
                                    node.face()
                                            .read(
                                                    hurried,
                                                    0,
                                                    java.lang.foreign.MemorySegment.ofArray(
                                                            new byte[512])));
            assertEquals(Kind.WOULD_BLOCK, refused.kind());
        }
    }

    @Test
    void request_thatIsCancelled_doesNotSitTheLatencyOut() throws IOException {
        RigNode node = open("latency-ns", "60000000000");
        try (RigRequest request = rig.request()) {
            request.cancel();
            BlockException cancelled =
                    assertThrows(BlockException.class, () -> node.face().flush(request));
            assertEquals(Kind.CANCELLED, cancelled.kind());
        }
        node.abandon();
    }

    @Test
    void open_withANegativeLatency_isRefusedInTheReferencesWords() {
        BlockException refused = assertThrows(BlockException.class, () -> open("latency-ns", "-1"));
        assertEquals("latency-ns is invalid", refused.getMessage());
    }

    @Test
    void reopen_withOtherOptions_servesByThem() throws IOException {
        RigNode node = open("size", "64k");
        node.reopen(
                OptionTree.dotted(Map.of("size", "64k", "read-zeroes", "on")),
                NodeSettings.DEFAULT);
        assertEquals(new Extent.Zero(65536, false), node.extentAt(0, 65536));
    }
}
