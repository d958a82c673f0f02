package org.ashlar.drivers.quorum.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Plugin;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Test;

/** Opening, options, capabilities, permissions. Messages are those of qemu-img 7.2. */
class QuorumDriverTest {

    private static String refusal(int children, int threshold, String... more) throws IOException {
        try (QuorumBench bench = new QuorumBench(children)) {
            BlockException refused =
                    assertThrows(BlockException.class, () -> bench.open(threshold, more));
            assertEquals(Kind.INVALID, refused.kind());
            return refused.getMessage();
        }
    }

    @Test
    void open_withBadOptions_isRefusedAsTheReferenceDoes() throws IOException {
        String tooLow = "Parameter 'vote-threshold' expects a value >= 1";
        String blkverify =
                "blkverify=on can only be set if there are exactly two files and vote-threshold"
                        + " is 2";
        assertEquals(tooLow, refusal(3, 0));
        assertEquals(tooLow, refusal(3, -1));
        assertEquals("threshold may not exceed children count", refusal(3, 4));
        assertEquals("Number of provided children must be 1 or more", refusal(0, 2));
        assertEquals(blkverify, refusal(3, 2, "blkverify=on"));
        assertEquals(blkverify, refusal(2, 1, "blkverify=on"));
        assertEquals(
                "rewrite-corrupted=on cannot be used with blkverify=on",
                refusal(2, 2, "blkverify=on", "rewrite-corrupted=on"));
        assertEquals(
                "Parameter 'read-pattern' does not accept value 'foo'",
                refusal(3, 2, "read-pattern=foo"));
    }

    @Test
    void open_overChildrenOfDifferentLengths_isRefused() throws IOException {
        try (QuorumBench bench = new QuorumBench(2)) {
            bench.disks.get(1).put(QuorumBench.SIZE, new byte[1]);
            BlockException refused = assertThrows(BlockException.class, () -> bench.open(2));
            assertEquals(Kind.IO, refused.kind());
            assertEquals(
                    "Could not refresh total sector count: children.0 has 65536 bytes,"
                            + " children.1 has 65537",
                    refused.getMessage());
        }
    }

    @Test
    void plugin_isFoundOnTheClassPath() {
        List<String> names =
                ServiceLoader.load(Plugin.class).stream()
                        .flatMap(found -> found.get().drivers().stream())
                        .map(BlockDriver::name)
                        .toList();
        assertEquals(List.of("quorum"), names);
    }

    @Test
    void capabilities_areWhatAllChildrenHave() {
        Capabilities strong = MemoryNode.CAPABILITIES.withAlignment(512).withClusterSize(65536);
        Capabilities weak =
                MemoryNode.CAPABILITIES
                        .without(Feature.FAST_ZERO, Feature.RESIZE)
                        .withAlignment(4096)
                        .withMaxTransfer(1 << 20);
        Capabilities both = QuorumCapabilities.over(List.of(strong, weak));
        assertEquals(1, both.alignment(), "each child's own edge aligns");
        assertEquals(65536, both.clusterSize());
        assertEquals(1 << 20, both.maxTransfer());
        assertFalse(both.has(Feature.RESIZE));
        assertFalse(both.has(Feature.DISCARD), "a discard that a child would answer by writing");
        assertFalse(both.has(Feature.NON_BLOCKING));
        assertTrue(both.has(Feature.WRITE) && both.has(Feature.ZERO) && both.has(Feature.PARALLEL));
        assertTrue(QuorumCapabilities.over(List.of(strong, strong)).has(Feature.DISCARD));
    }

    @Test
    void permissions_keepOtherWritersAway() throws IOException {
        try (QuorumBench bench = new QuorumBench(3)) {
            RigNode plain = bench.open(2);
            Permissions reading = Permissions.READ;
            Permissions onChild = plain.face().permissionsOn(ChildRole.DATA, reading, true);
            assertEquals(Set.of(Permission.CONSISTENT_READ), onChild.used());
            assertEquals(
                    EnumSet.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED),
                    onChild.shared());
            RigNode rewriting = bench.open(2, "rewrite-corrupted=on");
            assertTrue(
                    rewriting
                            .face()
                            .permissionsOn(ChildRole.DATA, reading, true)
                            .uses(Permission.WRITE));
            assertFalse(
                    rewriting
                            .face()
                            .permissionsOn(ChildRole.DATA, reading, false)
                            .uses(Permission.WRITE));
        }
    }

    @Test
    void reopen_changesTheThreshold() throws IOException {
        try (QuorumBench bench = new QuorumBench(3)) {
            RigNode node = bench.open(3);
            bench.disks.get(1).put(0, new byte[] {1});
            assertThrows(BlockException.class, () -> node.read(0, 512));
            node.reopen(QuorumBench.options(2), NodeSettings.DEFAULT);
            assertEquals(0, node.read(0, 512)[0]);
            assertEquals(
                    "threshold may not exceed children count",
                    assertThrows(
                                    BlockException.class,
                                    () ->
                                            node.prepareReopen(
                                                    QuorumBench.options(4), NodeSettings.DEFAULT))
                            .getMessage());
            assertEquals(Map.of(), node.handOver());
        }
    }
}
