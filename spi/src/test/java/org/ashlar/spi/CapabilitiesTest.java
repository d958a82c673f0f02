package org.ashlar.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.Set;
import org.ashlar.spi.Capabilities.Feature;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a node can do, and limits that make no sense. */
class CapabilitiesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 1, 4096", "-512, 1, 4096", "3, 3, 3", "-2147483648, 1, 4096", // no power of two
        "512, 0, 4096", "512, -1, 4096", "512, 513, 4096", "512, 511, 4096", // no unit of blocks
        "512, 4096, 0", "512, 4096, 511", "512, 4096, 513", "1, 1, -1" // no transfer of blocks
    })
    void limitsThatMakeNoSense_areRefused(int alignment, long clusterSize, int maxTransfer) {
        assertThrows(
                IllegalArgumentException.class,
                () -> new Capabilities(Set.of(), alignment, clusterSize, maxTransfer));
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "512, 1, 512", "512, 512, 1024", "4096, 1048576, 33554432", "1, 3, 7"})
    void limitsThatFit_areKept(int alignment, long clusterSize, int maxTransfer) {
        Capabilities able = new Capabilities(Set.of(), alignment, clusterSize, maxTransfer);
        assertEquals(alignment, able.alignment());
        assertEquals(clusterSize, able.clusterSize());
        assertEquals(maxTransfer, able.maxTransfer());
    }

    @Test
    void features_areCopied_addedAndTakenAway() {
        Set<Feature> mutable = EnumSet.of(Feature.WRITE);
        Capabilities able = new Capabilities(mutable, 1, 1, 4096);
        mutable.add(Feature.ZERO);
        assertFalse(able.has(Feature.ZERO));
        Capabilities more = able.with(Feature.ZERO, Feature.FUA);
        assertEquals(Set.of(Feature.WRITE, Feature.ZERO, Feature.FUA), more.features());
        assertEquals(Set.of(Feature.FUA), more.without(Feature.WRITE, Feature.ZERO).features());
        assertEquals(able, able.without(Feature.RESIZE));
        assertTrue(Capabilities.READ_ONLY.features().isEmpty(), "the lazy default does nothing");
    }

    @Test
    void change_ofOneLimit_keepsTheOthers() {
        Capabilities able =
                Capabilities.READ_ONLY
                        .with(Feature.WRITE)
                        .withAlignment(512)
                        .withClusterSize(65536)
                        .withMaxTransfer(1 << 20);
        assertEquals(new Capabilities(Set.of(Feature.WRITE), 512, 65536, 1 << 20), able);
    }
}
