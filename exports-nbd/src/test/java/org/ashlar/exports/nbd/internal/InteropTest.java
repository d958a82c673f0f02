package org.ashlar.exports.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that nobody here wrote, against a server of ours. */
final class InteropTest {
    private static final int SIZE = 64 << 20;

    @TempDir Path folder;

    @Test
    void nbdinfo_seesWhatIsOffered() throws IOException {
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of())) {
            fixture.export("disk", true, Map.of("description", "a line", "allocation-depth", true));
            String json = Tool.run("nbdinfo", "--json", fixture.uri("disk"));
            for (String expected :
                    new String[] {
                        "\"protocol\": \"newstyle-fixed\"",
                        "\"structured\": true",
                        "\"description\": \"a line\"",
                        "\"base:allocation\"",
                        "\"qemu:allocation-depth\"",
                        "\"is_read_only\": false",
                        "\"can_cache\": true",
                        "\"can_df\": true",
                        "\"can_fast_zero\": true",
                        "\"can_flush\": true",
                        "\"can_fua\": true",
                        "\"can_multi_conn\": true",
                        "\"can_trim\": true",
                        "\"can_zero\": true",
                        "\"block_size_minimum\": 1",
                        "\"block_size_preferred\": 4096",
                        "\"block_size_maximum\": 33554432",
                        "\"export-size\": 67108864"
                    }) {
                assertTrue(json.contains(expected), expected + " not in " + json);
            }
        }
    }

    @Test
    void nbdinfo_listsAndRefusesAsItShould() throws IOException {
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of())) {
            fixture.export("one", false, Map.of());
            fixture.export("two", true, Map.of("description", "second"));
            String list = Tool.run("nbdinfo", "--list", fixture.uri(""));
            assertTrue(list.contains("export=\"one\"") && list.contains("export=\"two\""), list);
            Tool.Result none = Tool.result("nbdinfo", fixture.uri("three"));
            assertEquals(1, none.exit(), none.out());
        }
    }

    @Test
    void nbdinfo_mapsHolesAndDepth() throws IOException {
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of())) {
            fixture.export("", true, Map.of("allocation-depth", true));
            fixture.node.below.put(1 << 20, random(2 << 20, 3));
            String map = Tool.run("nbdinfo", "--map", fixture.uri(""));
            assertEquals(
                    """
                    0 1048576 3 hole,zero
                    1048576 2097152 0 data
                    3145728 63963136 3 hole,zero
                    """,
                    squeeze(map));
            String depth = Tool.run("nbdinfo", "--map=qemu:allocation-depth", fixture.uri(""));
            assertEquals(
                    """
                    0 1048576 0 absent
                    1048576 2097152 1 local
                    3145728 63963136 0 absent
                    """,
                    squeeze(depth));
        }
    }

    @Test
    void nbdcopy_copiesBothWays() throws IOException {
        Path from = folder.resolve("from");
        Path to = folder.resolve("to");
        byte[] content = sparse();
        Files.write(from, content);
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of())) {
            fixture.export("", true, Map.of());
            Tool.run("nbdcopy", "--flush", from.toString(), fixture.uri(""));
            assertArrayEquals(content, fixture.node.below.get(0, SIZE));
            assertTrue(fixture.node.flushes.get() > 0);
            Tool.run("nbdcopy", fixture.uri(""), to.toString());
            assertArrayEquals(content, Files.readAllBytes(to));
        }
    }

    @Test
    void qemuImg_readsMapsComparesAndConverts() throws IOException {
        Path raw = folder.resolve("raw");
        Path copy = folder.resolve("copy");
        byte[] content = sparse();
        Files.write(raw, content);
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of())) {
            fixture.export("", true, Map.of());
            fixture.node.below.put(0, content);
            fixture.node.below.put(0, content);
            String uri = fixture.uri("");
            assertTrue(Tool.run("qemu-img", "info", uri).contains("64 MiB (67108864 bytes)"));
            assertTrue(Tool.run("qemu-img", "map", "--output=json", uri).contains("\"start\": 0"));
            assertEquals(
                    "Images are identical.\n",
                    Tool.run("qemu-img", "compare", "-f", "raw", "-F", "raw", raw.toString(), uri));
            Tool.run("qemu-img", "convert", "-f", "raw", "-O", "raw", uri, copy.toString());
            assertEquals(-1, Files.mismatch(raw, copy));
            byte[] other = random(SIZE, 9);
            Files.write(raw, other);
            Tool.run("qemu-img", "convert", "-n", "-f", "raw", "-O", "raw", raw.toString(), uri);
            assertArrayEquals(other, fixture.node.below.get(0, SIZE));
        }
    }

    @Test
    void qemuIo_writesZeroesDiscardsAndFlushes() throws IOException {
        try (Fixture fixture = Fixture.writable()) {
            String out =
                    Tool.run(
                            "qemu-io",
                            "-f",
                            "raw",
                            "-c",
                            "write -P 0x11 1000 1M",
                            "-c",
                            "write -z 4k 64k",
                            "-c",
                            "write -z -u 128k 64k",
                            "-c",
                            "write -f -P 0x22 5M 3M",
                            "-c",
                            "discard 6M 1M",
                            "-c",
                            "read -P 0x11 1000 3000",
                            "-c",
                            "read -P 0 4k 64k",
                            "-c",
                            "read -P 0 128k 64k",
                            "-c",
                            "read -P 0x22 5M 1M",
                            "-c",
                            "flush",
                            fixture.uri(""));
            assertTrue(!out.contains("failed") && !out.contains("verification"), out);
            assertTrue(fixture.node.durableWrites.get() > 0);
            assertTrue(fixture.node.flushes.get() > 0);
            assertEquals(0x22, fixture.node.below.get(5 << 20, 1)[0]);
        }
    }

    @Test
    void qemuIo_cannotWriteToAReadOnlyExport() throws IOException {
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of())) {
            fixture.export("", false, Map.of());
            Tool.Result result =
                    Tool.result("qemu-io", "-f", "raw", "-c", "write 0 4k", fixture.uri(""));
            assertEquals(1, result.exit(), result.out());
            assertEquals(0, fixture.node.below.allocatedBytes());
        }
    }

    @Test
    void fio_verifiesWhatItWrote_inlineAndHandedOn() throws IOException {
        for (long slowFrom : new long[] {0, SIZE / 2, SIZE}) {
            try (Fixture fixture = Fixture.slow(slowFrom)) {
                fixture.node.release();
                String out =
                        Tool.run(
                                "fio",
                                "--name=verify",
                                "--directory=" + folder,
                                "--ioengine=nbd",
                                "--uri=" + fixture.uri(""),
                                "--rw=randwrite",
                                "--bsrange=4k-64k",
                                "--iodepth=16",
                                "--size=64m",
                                "--verify=crc32c",
                                "--verify_fatal=1",
                                "--verify_state_save=0",
                                "--fsync=64",
                                "--randseed=7");
                assertTrue(out.contains("err= 0"), out);
            }
        }
    }

    @Test
    void tcp_onAPortOfTheSystemsChoice_isTold() throws Exception {
        Map<String, Object> address =
                Map.of("type", "inet", "data", Map.of("host", "127.0.0.1", "port", "0"));
        try (Fixture fixture = new Fixture(SIZE, Long.MAX_VALUE, Map.of("addr", address))) {
            fixture.export("disk", false, Map.of());
            Map<?, ?> told = (Map<?, ?>) fixture.layer.nextEvent().data().get("addr");
            assertEquals("127.0.0.1", told.get("host"));
            String uri = "nbd://127.0.0.1:" + told.get("port") + "/disk";
            assertEquals("67108864\n", Tool.run("nbdinfo", "--size", uri));
        }
    }

    private static byte[] sparse() {
        byte[] content = new byte[SIZE];
        byte[] data = random(SIZE, 5);
        for (int at = 0; at < SIZE; at += 8 << 20) {
            System.arraycopy(data, at, content, at, 3 << 20);
        }
        return content;
    }

    private static byte[] random(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static String squeeze(String table) {
        return table.replaceAll("(?m)^ +", "").replaceAll(" +", " ");
    }
}
