package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.drivers.qcow2.internal.SectorHistory.filled;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.FaultyNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clusters that are written compressed: the reference reads them, and space is what it seems. */
class CompressionTest {
    private static final OptionTree NOTHING = OptionTree.empty();

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;

    private static OptionTree tree(String options, long size) {
        Map<String, String> all = new HashMap<>(Map.of("size", Long.toString(size)));
        for (String option : options.split(",", -1)) {
            String[] pair = option.split("=", 2);
            all.put(pair[0], pair[1]);
        }
        return OptionTree.dotted(all);
    }

    /** Of each four clusters one is noise, one repeats itself far behind, one is even, one is 0. */
    private static byte[] content(int size, int cluster) {
        Random random = new Random(cluster);
        byte[] bytes = new byte[size];
        byte[] piece = new byte[20_000];
        random.nextBytes(piece);
        for (int at = 0; at < size; at++) {
            int kind = at / cluster % 4;
            bytes[at] =
                    switch (kind) {
                        case 0 -> (byte) random.nextInt();
                        case 1 -> piece[at % piece.length];
                        case 2 -> (byte) (at / cluster);
                        default -> 0;
                    };
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "cluster_size=512,compression_type=zlib 512",
                "cluster_size=512,compression_type=zstd,refcount_bits=64 512",
                "cluster_size=4096,compression_type=zlib,refcount_bits=1 4096",
                "cluster_size=4096,compression_type=zstd,refcount_bits=2 4096",
                "cluster_size=4096,compat=0.10 4096",
                "cluster_size=65536,compression_type=zlib 65536",
                "cluster_size=65536,compression_type=zstd,extended_l2=on 65536",
                "cluster_size=16k,compression_type=zlib,extended_l2=on 16384",
                "cluster_size=2M,compression_type=zlib 2097152",
                "cluster_size=2M,compression_type=zstd,refcount_bits=4 2097152"
            })
    void image_whenWrittenCompressed_thenTheReferenceReadsIt(String options, int cluster)
            throws IOException {
        int size = 12 * cluster + 512 * 3;
        byte[] content = content(size, cluster);
        Path image = folder.resolve("image.qcow2");
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image)) {
            rig.create(driver, tree(options, size), file);
            RigNode disk = rig.open(driver, NOTHING, Map.of("file", file));
            disk.write(0, content, IoFlags.COMPRESSED);
            assertArrayEquals(content, disk.read(0, size));
            disk.close();
            Reference.assertClean(image, options);
            assertArrayEquals(content, Reference.content(image));
            assertEquals(0, Files.size(image) % 512, "the file ends within a sector");
            String json = Reference.img("check", "--output=json", image.toString());
            // In the smallest clusters, what repeats itself every 20000 bytes is noise.
            int shrinking = cluster > 20_000 ? 10 : 7;
            assertEquals(shrinking, number(json, "compressed-clusters"), json);
            try (RigNode again = rig.open(driver, NOTHING, Map.of("file", file))) {
                CheckResult ours = check(rig, again);
                assertEquals(number(json, "allocated-clusters"), ours.allocatedClusters());
                assertEquals(number(json, "compressed-clusters"), ours.compressedClusters());
                assertEquals(number(json, "fragmented-clusters"), ours.fragmentedClusters());
                assertEquals(number(json, "image-end-offset"), ours.imageEndOffset());
            }
        }
    }

    private static long number(String json, String name) {
        return Long.parseLong(json.replaceFirst("(?s).*\"" + name + "\": ([0-9]+).*", "$1"));
    }

    private static CheckResult check(Rig rig, RigNode disk) throws IOException {
        try (var request = rig.request()) {
            Checkable checkable = disk.facet(Checkable.class).orElseThrow();
            return checkable.check(
                    request,
                    Checkable.Repair.NONE,
                    line -> {
                        throw new AssertionError(line);
                    });
        }
    }

    /** A host cluster holds as many of them as it can count; each needs fewer than 64 bytes. */
    @ParameterizedTest
    @CsvSource({"1, 64", "2, 22", "4, 5", "8, 1", "16, 1"})
    void hostCluster_whenItsCountIsFull_thenTheNextOneIsBegun(int refcountBits, int clusters)
            throws IOException {
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            String options = "cluster_size=4096,refcount_bits=" + refcountBits;
            rig.create(driver, tree(options, 1 << 20), storage);
            RigNode disk = rig.open(driver, NOTHING, Map.of("file", storage));
            disk.write(64 << 12, filled(1, 1)); // makes the L2 table
            disk.flush();
            long before = check(rig, disk).imageEndOffset();
            for (int i = 0; i < 64; i++) {
                disk.write(i << 12, filled(8, i), IoFlags.COMPRESSED);
            }
            assertEquals(clusters, (check(rig, disk).imageEndOffset() - before) >> 12);
            for (int i = 0; i < 64; i++) {
                assertArrayEquals(filled(8, i), disk.read(i << 12, 4096));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"cluster_size=4096,refcount_bits=16", "cluster_size=16k,extended_l2=on"})
    void cluster_whenWrittenOverAndOver_thenHoldsTheLastAndLeaksNothing(String options)
            throws IOException {
        int cluster = options.contains("16k") ? 16384 : 4096;
        int sectors = cluster / 512;
        byte[] noise = new byte[cluster];
        new Random(1).nextBytes(noise);
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree(options, 8L * cluster), storage);
            RigNode disk = rig.open(driver, NOTHING, Map.of("file", storage));
            for (int round = 0; round < 40; round++) {
                disk.write(cluster, filled(sectors, round), IoFlags.COMPRESSED);
                assertArrayEquals(filled(sectors, round), disk.read(cluster, cluster));
                switch (round % 4) {
                    case 0 -> disk.write(cluster, filled(sectors, 1000));
                    case 1 -> disk.write(cluster, noise, IoFlags.COMPRESSED);
                    case 2 -> disk.zero(cluster, cluster, IoFlags.MAY_UNMAP);
                    default -> disk.write(cluster + 512, filled(1, 1000));
                }
                if (round % 4 == 1) {
                    assertArrayEquals(noise, disk.read(cluster, cluster));
                }
                disk.flush();
                rig.awaitGrace();
            }
            byte[] last = filled(sectors, 39);
            System.arraycopy(filled(1, 1000), 0, last, 512, 512);
            assertArrayEquals(last, disk.read(cluster, cluster));
            disk.close();
            try (RigNode again = rig.open(driver, NOTHING, Map.of("file", storage))) {
                assertEquals(0, check(rig, again).leaks());
                assertTrue(storage.length() < 16L * cluster, "the file is " + storage.length());
            }
        }
    }

    @Test
    void cluster_whenItsBytesCannotBeWritten_thenReadsAsBeforeAndNothingLeaks() throws IOException {
        MemoryNode storage = new MemoryNode(0);
        FaultyNode faulty = new FaultyNode(storage);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree("cluster_size=4096", 1 << 20), storage);
            RigNode disk = rig.open(driver, NOTHING, Map.of("file", faulty));
            disk.write(0, filled(8, 1), IoFlags.COMPRESSED);
            faulty.fail(Operation.WRITE, 1, BlockException.Kind.IO);
            assertThrows(
                    BlockException.class, () -> disk.write(0, filled(8, 2), IoFlags.COMPRESSED));
            assertArrayEquals(filled(8, 1), disk.read(0, 4096));
            disk.write(0, filled(8, 3), IoFlags.COMPRESSED);
            assertArrayEquals(filled(8, 3), disk.read(0, 4096));
            disk.close();
            try (RigNode again = rig.open(driver, NOTHING, Map.of("file", storage))) {
                assertEquals(0, check(rig, again).leaks());
            }
        }
    }

    @Test
    void populate_whenCompressed_thenFillsOnlyWhatIsUnallocated() throws IOException {
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree("cluster_size=4096", 1 << 20), storage);
            RigNode disk = rig.open(driver, NOTHING, Map.of("file", storage));
            IoFlags fill = IoFlags.POPULATE.with(IoFlags.COMPRESSED);
            disk.write(0, filled(8, 1), fill);
            disk.write(0, filled(8, 2), fill);
            disk.zero(4096, 4096, IoFlags.NONE);
            disk.write(4096, filled(8, 2), fill);
            assertArrayEquals(filled(8, 1), disk.read(0, 4096));
            assertArrayEquals(new byte[4096], disk.read(4096, 4096));
            disk.flush();
            assertEquals(1, check(rig, disk).compressedClusters());
        }
    }

    /** Clusters of 2 MiB leave 49 bits for the offset; the file is made to go on after that. */
    @Test
    void cluster_whenTheFileIsTooLongForADescriptor_thenIsWrittenAsItIs() throws IOException {
        int cluster = 2 << 20;
        long block = 255;
        MemoryNode storage = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(driver, tree("cluster_size=2M", 8L * cluster), storage);
            byte[] used = new byte[cluster];
            for (int i = 1; i < cluster; i += 2) {
                used[i] = 1;
            }
            storage.put(2L * cluster, used);
            storage.put(4L * cluster, used);
            storage.put(
                    cluster + block * Long.BYTES,
                    ByteBuffer.allocate(Long.BYTES).putLong(4L * cluster).array());
            RigNode disk = rig.open(driver, NOTHING, Map.of("file", storage));
            disk.write(0, filled(cluster / 512, 7), IoFlags.COMPRESSED);
            assertArrayEquals(filled(cluster / 512, 7), disk.read(0, cluster));
            Extent.Mapped plain = assertInstanceOf(Extent.Mapped.class, disk.extentAt(0, cluster));
            assertTrue(plain.childOffset() >= 1L << 49, plain::toString);
            disk.abandon();
        }
    }

    @Test
    void image_withExternalData_doesNotCompress() throws IOException {
        MemoryNode storage = new MemoryNode(0);
        MemoryNode data = new MemoryNode(0);
        try (Rig rig = new Rig()) {
            rig.create(
                    driver,
                    tree("data_file=d.raw", 1 << 20),
                    Map.of("file", storage, "data-file", data));
            RigNode disk =
                    rig.opening(driver).child("file", storage).child("data-file", data).open();
            assertFalse(disk.capabilities().has(Feature.COMPRESS));
            disk.write(0, filled(128, 7), IoFlags.COMPRESSED);
            assertArrayEquals(filled(128, 7), data.get(0, 65536));
        }
    }
}
