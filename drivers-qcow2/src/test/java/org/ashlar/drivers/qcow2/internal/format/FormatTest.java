package org.ashlar.drivers.qcow2.internal.format;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.ashlar.spi.BlockException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The bytes are where the specification says. */
class FormatTest {

    /** Spec, "Refcount block entry": big-endian; below a byte, from the least significant bit. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
    void refcounts_ofAnyWidth_areWhereTheSpecificationSays(int order) {
        RefcountWidth width = new RefcountWidth(order);
        Random random = new Random(order);
        long[] words = new long[64];
        int count = (64 * 64) >> order;
        long[] expected = new long[count];
        for (int round = 0; round < 3 * count; round++) {
            int index = random.nextInt(count);
            expected[index] = random.nextLong() & width.max();
            width.set(words, index, expected[index]);
        }
        ByteBuffer bytes = ByteBuffer.allocate(512);
        bytes.asLongBuffer().put(words);
        for (int i = 0; i < count; i++) {
            assertEquals(expected[i], width.get(words, i));
            assertEquals(expected[i], bySpec(bytes.array(), i, 1 << order), "count " + i);
        }
    }

    private static long bySpec(byte[] bytes, int index, int bits) {
        if (bits < 8) {
            int at = index * bits;
            return (bytes[at / 8] >> (at % 8)) & ((1 << bits) - 1);
        }
        int length = bits / 8;
        return new BigInteger(1, bytes, index * length, length).longValue();
    }

    /** Spec, "Compressed Clusters Descriptor": x = 62 - (cluster_bits - 8). */
    @ParameterizedTest
    @CsvSource({"9, 61", "16, 54", "21, 49"})
    void compressedDescriptor_isTakenApart(int clusterBits, int x) {
        Geometry geometry = new Geometry(3, clusterBits, false, 4, false);
        long offset = 0x12345678L & ((1L << Math.min(x, 56)) - 1);
        long sectors = 1;
        long descriptor = L2Entry.COMPRESSED | (sectors << x) | offset;
        assertEquals(offset, L2Entry.compressedOffset(descriptor, geometry));
        assertEquals(
                (sectors + 1) * 512 - offset % 512, L2Entry.compressedLength(descriptor, geometry));
    }

    /** As above; the sectors counted are those after the first, and the offset has 56 bits. */
    @ParameterizedTest
    @CsvSource({
        "9, 61, 0, 511, 0",
        "9, 61, 512, 1, 0",
        "9, 61, 511, 2, 1",
        "9, 61, 72057594037927425, 511, 0",
        "16, 54, 1000, 24, 0",
        "16, 54, 1000, 25, 1",
        "16, 54, 511, 65535, 128",
        "21, 49, 511, 2097151, 4096",
        "21, 49, 562949951324160, 2097151, 4095"
    })
    void compressedDescriptor_isPutTogether(
            int clusterBits, int x, long offset, long length, long more) {
        Geometry geometry = new Geometry(3, clusterBits, false, 4, false);
        assertEquals(1L << Math.min(x, 56), L2Entry.compressedEnd(geometry));
        long descriptor = L2Entry.compressed(offset, length, geometry);
        assertEquals(L2Entry.COMPRESSED | (more << x) | offset, descriptor);
        assertEquals(offset, L2Entry.compressedOffset(descriptor, geometry));
    }

    @Test
    void parts_areMaskedFromFirstToLast() {
        assertEquals(-1, L2Entry.parts(0, 31));
        assertEquals(0b11100, L2Entry.parts(2, 4));
        assertEquals(1 << 31, L2Entry.parts(31, 31));
    }

    @Test
    void header_whenWrittenAndRead_thenIsTheSame() throws BlockException {
        HeaderExtension unknown = new HeaderExtension(0x1234_5678, new byte[] {1, 2, 3});
        Header header =
                new Header(
                        new Geometry(3, 16, false, 4, false),
                        1L << 30,
                        0,
                        new TableLocation(3 << 16, 2),
                        new TableLocation(1 << 16, 1),
                        TableLocation.NONE,
                        new Features(0, Features.LAZY_REFCOUNTS, 4),
                        CompressionType.ZLIB,
                        new byte[] {9, 8, 7, 6, 5, 4, 3, 2},
                        List.of(unknown, FeatureNames.table()),
                        Optional.of("base.qcow2"));
        byte[] bytes = HeaderWriter.write(header.withBacking(Optional.of("b"), "raw"));
        assertEquals(bytes.length, HeaderReader.length(bytes));
        Header read = HeaderReader.read(bytes);
        assertEquals(Optional.of("raw"), read.backingFormat());
        assertEquals(Optional.of("b"), read.backingFile());
        assertArrayEquals(unknown.data(), read.extension(unknown.type()).orElseThrow().data());
        assertArrayEquals(header.unknownFields(), read.unknownFields());
        assertEquals(header.features(), read.features());
        assertEquals(0, read.features().clearedForWriting().autoclear());
        assertArrayEquals(bytes, HeaderWriter.write(read));
    }

    private static String outcome(byte[] bytes, int length) {
        try {
            Header read = HeaderReader.read(Arrays.copyOf(bytes, length));
            return "%s, %d extensions, %s"
                    .formatted(
                            read.backingFile(),
                            read.extensions().size(),
                            Arrays.toString(read.unknownFields()));
        } catch (BlockException expected) {
            return expected.getMessage();
        }
    }

    @Test
    void header_ofRandomBytes_failsWithABlockExceptionAtMost() throws BlockException {
        Random random = new Random(7);
        for (int i = 0; i < 20000; i++) {
            byte[] bytes = new byte[512];
            random.nextBytes(bytes);
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            buffer.putInt(0, 0x514649fb).putInt(4, 2 + i % 2).putInt(20, 9);
            if (i % 3 == 0) {
                buffer.putLong(8, i % 600).putLong(72, 0).putInt(100, 104 + 8 * (i % 60));
            }
            String all = outcome(bytes, 512);
            assertEquals(1, all.lines().count());
            assertEquals(all, outcome(bytes, HeaderReader.length(bytes)));
        }
    }

    @Test
    void unknownFeature_whenTheImageNamesIt_thenTheMessageDoes() {
        byte[] cluster = new byte[65536];
        ByteBuffer out = ByteBuffer.wrap(cluster);
        out.putInt(0, 0x514649fb).putInt(4, 3).putInt(20, 16);
        out.putLong(72, (1L << 40) | (1L << 50)).putInt(96, 4).putInt(100, 104);
        out.putInt(104, HeaderExtension.FEATURE_NAMES).putInt(108, 48);
        out.put(113, (byte) 40).put(114, "stone".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        BlockException refused =
                assertThrows(BlockException.class, () -> HeaderReader.read(cluster));
        assertEquals(
                "Unsupported qcow2 feature(s): stone, Unknown incompatible feature: 4000000000000",
                refused.getMessage());
    }
}
