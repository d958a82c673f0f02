package org.ashlar.tck;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RecordingNodeTest {
    private final Rig rig = new Rig();
    private final RecordingNode recording = new RecordingNode(new MemoryNode(4096));
    private RigNode node;

    @BeforeEach
    void open() throws IOException {
        node = rig.open(new PassDriver(false), OptionTree.empty(), Map.of("file", recording));
    }

    private static byte[] sectors(int count, int value) {
        byte[] bytes = new byte[512 * count];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** Returns each crash's first byte of each of the first two sectors, as a text. */
    private Set<String> outcomes(long seed) {
        Set<String> found = new HashSet<>();
        for (Crashes.Crash crash : recording.crashes(seed)) {
            found.add(crash.disk().get(0, 1)[0] + "," + crash.disk().get(512, 1)[0]);
        }
        return found;
    }

    @Test
    void crashes_afterUnflushedWrite_dropKeepAndTearIt() throws IOException {
        node.write(0, sectors(2, 1));
        Set<String> all = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            all.addAll(outcomes(seed));
        }
        assertEquals(Set.of("0,0", "1,1", "0,1", "1,0"), all);
    }

    @Test
    void crashes_afterFlush_keepWhatWasFlushed() throws IOException {
        node.write(0, sectors(1, 1));
        node.flush();
        node.write(0, sectors(1, 2));
        node.write(512, sectors(1, 3));
        Crashes crashes = recording.crashes(1);
        Set<Byte> last = new HashSet<>();
        for (int number = crashes.count() - 12; number < crashes.count(); number++) {
            last.add(crashes.crash(number).disk().get(0, 1)[0]);
        }
        assertEquals(Set.of((byte) 1, (byte) 2), last);
        Set<String> all = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            all.addAll(outcomes(seed));
        }
        assertTrue(all.contains("1,3"), "writes to two sectors may be reordered: " + all);
        assertFalse(all.contains("0,3"), "a flushed write was lost: " + all);
    }

    @Test
    void crashes_ofAnySeed_haveTheNewestWriteWithoutThoseBefore() throws IOException {
        node.write(0, sectors(1, 1));
        node.flush();
        node.write(0, sectors(1, 2));
        node.write(512, sectors(1, 3));
        for (long seed = 0; seed < 50; seed++) {
            assertTrue(outcomes(seed).contains("1,3"), "seed " + seed);
        }
    }

    @Test
    void crashes_withTwoWritesToOneSector_neverShowTheNewerWithoutTheOlder() throws IOException {
        node.write(0, new byte[] {1});
        node.write(1, new byte[] {1});
        for (long seed = 0; seed < 50; seed++) {
            for (Crashes.Crash crash : recording.crashes(seed)) {
                byte[] both = crash.disk().get(0, 2);
                assertTrue(both[1] <= both[0], crash.what());
            }
        }
    }

    @Test
    void crashes_afterFuaWrite_keepIt() throws IOException {
        node.write(0, sectors(1, 1), IoFlags.FUA);
        Crashes crashes = recording.crashes(3);
        assertArrayEquals(new byte[] {1}, crashes.crash(crashes.count() - 4).disk().get(0, 1));
    }

    @Test
    void crashes_ofOneSeed_areTheSame() throws IOException {
        node.write(0, sectors(8, 1));
        node.zero(0, 1024, IoFlags.NONE);
        for (int number = 0; number < recording.crashes(9).count(); number++) {
            assertArrayEquals(
                    recording.crashes(9).crash(number).disk().get(0, 4096),
                    recording.crashes(9).crash(number).disk().get(0, 4096));
        }
    }
}
