package org.ashlar.drivers.qcow2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A check finds and says what the reference finds and says, and mends what it mends. */
class CheckTest {
    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;
    private Path image;

    /** Header, refcount table, block, L1, L2, four clusters of data: 64 KiB each. */
    @BeforeEach
    void create() throws IOException {
        image = folder.resolve("image.qcow2");
        Reference.img("create", "-q", "-f", "qcow2", image.toString(), "10M");
        Reference.io(image, List.of("write -P 7 0 256k"));
        poke(10 * 65536 - 1, 0, 1); // a cluster in the file that nothing uses
    }

    private void poke(long offset, long value, int bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(offset);
            for (int i = bytes - 1; i >= 0; i--) {
                file.write((int) (value >>> (8 * i)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "131090, 1, 2", // a leak
        "131082, 0, 2", // data counted too low
        "131084, 2, 2", // data counted too high
        "131078, 0, 2", // the L1 table counted too low
        "262144, 327680, 8", // COPIED missing in an L2 entry
        "196608, 262144, 8", // COPIED missing in the L1 entry
        "262144, -9223372036854447616, 8", // offset unaligned
        "262152, -9223372036854448128, 8", // two entries, one cluster
        "262160, 4611686018427715584, 8", // a compressed cluster
        "262160, -9223372032559480832, 8", // past the end of the file
        "65536, 0, 8", // refcount block missing
        "65544, 4294967296, 8", // refcount block outside
        "65536, 131073, 8", // refcount table entry with a reserved bit
        "65544, 1, 8"
    })
    void image_whenDamaged_thenSaysWhatTheReferenceSays(long offset, long value, int bytes)
            throws IOException {
        poke(offset, value, bytes);
        Path copy = folder.resolve("copy.qcow2");
        Files.copy(image, copy);
        List<String> lines = new ArrayList<>();
        CheckResult ours = check(image, Checkable.Repair.NONE, lines);
        Reference.Outcome theirs =
                Reference.run("qemu-img", "check", "--output=json", "-f", "qcow2", copy.toString());
        String json = theirs.output();
        assertEquals(number(json, "corruptions"), ours.corruptions(), () -> json + lines);
        assertEquals(number(json, "leaks"), ours.leaks(), () -> json + lines);
        assertEquals(number(json, "allocated-clusters"), ours.allocatedClusters());
        assertEquals(number(json, "compressed-clusters"), ours.compressedClusters());
        assertEquals(number(json, "fragmented-clusters"), ours.fragmentedClusters());
        assertEquals(number(json, "total-clusters"), ours.totalClusters());
        assertEquals(number(json, "image-end-offset"), ours.imageEndOffset());
        List<String> said =
                json.lines()
                        .filter(line -> line.startsWith("ERROR") || line.startsWith("Leaked"))
                        .sorted()
                        .toList();
        assertEquals(said, lines.stream().sorted().toList());
    }

    @ParameterizedTest
    @CsvSource({
        "131090, 1, 2",
        "131082, 0, 2",
        "131084, 2, 2",
        "262144, 327680, 8",
        "196608, 262144, 8",
        "65536, 131584, 8",
        "65536, 0, 8",
        "65544, 4294967296, 8"
    })
    void image_whenMended_thenTheReferenceFindsNothing(long offset, long value, int bytes)
            throws IOException {
        poke(offset, value, bytes);
        CheckResult mended = check(image, Checkable.Repair.ALL, new ArrayList<>());
        assertEquals(0, mended.corruptions() + mended.leaks());
        Reference.assertClean(image, "mended");
        byte[] content = Reference.content(image);
        assertEquals(7, content[0]);
        assertEquals(7, content[(256 << 10) - 1]);
    }

    @Test
    void image_whenMendedAlready_thenNothingIsLeftToMend() throws IOException {
        poke(131090, 3, 2);
        assertEquals(1, check(image, Checkable.Repair.LEAKS, new ArrayList<>()).leaksFixed());
        assertEquals(0, check(image, Checkable.Repair.LEAKS, new ArrayList<>()).leaksFixed());
    }

    @Test
    void snapshotsAndBitmaps_whenThere_thenAreNotTakenForLeaks() throws IOException {
        Reference.img("bitmap", "--add", image.toString(), "b0");
        Reference.io(image, List.of("write -P 9 1M 64k"));
        Reference.img("snapshot", "-c", "s0", image.toString());
        List<String> lines = new ArrayList<>();
        CheckResult result = check(image, Checkable.Repair.NONE, lines);
        assertEquals(0, result.corruptions() + result.leaks(), lines::toString);
    }

    @Test
    void snapshot_whenWrittenBeside_thenKeepsItsData() throws IOException {
        Reference.io(image, List.of("write -P 9 1M 64k"));
        Reference.img("snapshot", "-c", "s0", image.toString());
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image)) {
            OptionTree tells = OptionTree.dotted(Map.of("pass-discard-request", "on"));
            RigNode disk = rig.open(driver, tells, Map.of("file", file));
            disk.write(4096, SectorHistory.filled(9, 3));
            disk.discard(1 << 20, 65536);
            disk.close();
        }
        Reference.assertClean(image, "written beside a snapshot");
        Reference.img("snapshot", "-a", "s0", image.toString());
        byte[] content = Reference.content(image);
        assertEquals(7, content[4096]);
        assertEquals(9, content[1 << 20]);
    }

    private static long number(String json, String name) {
        String found = json.replaceFirst("(?s).*\"" + name + "\": ([0-9]+).*", "$1");
        return found.length() == json.length() ? 0 : Long.parseLong(found);
    }

    private CheckResult check(Path path, Checkable.Repair repair, List<String> lines)
            throws IOException {
        try (Rig rig = new Rig();
                TestFile file = new TestFile(path)) {
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file));
            CheckResult result;
            try (var request = rig.request()) {
                result =
                        disk.facet(Checkable.class)
                                .orElseThrow()
                                .check(request, repair, lines::add);
            }
            disk.close();
            return result;
        }
    }
}
