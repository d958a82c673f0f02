package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.Images;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scene 1: a chain of a compressed base, an overlay with subclusters and a top overlay, all made
 * and written by the reference, is served, read, and collapsed under a verifying load.
 */
class SceneChainStreamIT {
    private static final int MEBIBYTES = 64;
    private static final long MIB = 1 << 20;
    private static final long LOAD_OFFSET = 16 * MIB;
    private static final long LOAD_LENGTH = 32 * MIB;

    @TempDir private Path folder;
    private Path top;
    private Path expected;

    @BeforeEach
    void makeChain() throws IOException {
        Path source = Images.raw(folder.resolve("source.raw"), MEBIBYTES, 1);
        Path base = folder.resolve("base.qcow2");
        Path middle = folder.resolve("middle.qcow2");
        top = folder.resolve("top.qcow2");
        Tools.run(
                "qemu-img",
                "convert",
                "-c",
                "-O",
                "qcow2",
                "-o",
                "compression_type=zstd",
                source,
                base);
        Tools.run(
                "qemu-img",
                "create",
                "-f",
                "qcow2",
                "-o",
                "extended_l2=on,cluster_size=128k",
                "-b",
                base,
                "-F",
                "qcow2",
                middle);
        Tools.run("qemu-img", "create", "-f", "qcow2", "-b", middle, "-F", "qcow2", top);
        // Whole clusters, parts of them, zeroes and discards, each over what lies below.
        write(base, "write -P 0x11 0 96k", "write -P 0x12 5M 3k", "discard 9M 1M");
        write(
                middle,
                "write -P 0x21 64k 200k",
                "write -P 0x22 5121k 1k",
                "write -z 20M 300k",
                "write -z -u 22M 1M");
        write(
                top,
                "write -P 0x31 96k 8k",
                "write -P 0x32 33M 70k",
                "write -z 40M 10k",
                "discard 41M 1M");
        expected = Images.flatten(top, "qcow2", folder.resolve("expected.raw"));
    }

    private static void write(Path image, String... commands) {
        Object[] words = new Object[2 + 2 * commands.length];
        words[0] = "qemu-io";
        for (int i = 0; i < commands.length; i++) {
            words[1 + 2 * i] = "-c";
            words[2 + 2 * i] = commands[i];
        }
        words[words.length - 1] = image;
        Tools.run(words);
    }

    @Test
    void chain_whenServedAndStreamed_keepsItsContent() throws IOException {
        try (DaemonProcess daemon = serve();
                QmpClient monitor = daemon.monitor()) {
            assertAdvertised(daemon.uri("top"));
            Path copy = folder.resolve("copy.raw");
            Tools.run("nbdcopy", daemon.uri("top"), copy);
            Images.assertSame(expected, copy);

            streamUnderLoad(daemon, monitor);

            Path after = folder.resolve("after.raw");
            Tools.run("nbdcopy", daemon.uri("top"), after);
            assertEquals(0, daemon.terminate(), daemon::log);
            assertCollapsed(after);
        }
    }

    private DaemonProcess serve() {
        return DaemonProcess.start(
                Product.daemon(),
                folder,
                "--blockdev",
                "driver=qcow2,node-name=top,discard=unmap,file.driver=file,file.filename=" + top,
                "--export",
                "type=nbd,id=e,node-name=top,name=top,writable=on");
    }

    private static void assertAdvertised(String uri) {
        JsonNode export =
                Images.json(Tools.run("nbdinfo", "--json", uri).out()).path("exports").path(0);
        assertFalse(export.path("is_read_only").asBoolean(true), export::toString);
        assertTrue(export.path("can_zero").asBoolean(), export::toString);
        assertTrue(export.path("can_trim").asBoolean(), export::toString);
        assertTrue(export.path("can_multi_conn").asBoolean(), export::toString);
        assertTrue(
                export.path("contexts").toString().contains("base:allocation"), export::toString);
    }

    private void streamUnderLoad(DaemonProcess daemon, QmpClient monitor) {
        Tools.Running load =
                Tools.start(
                        "fio",
                        "--name=load",
                        "--ioengine=nbd",
                        "--uri=" + daemon.uri("top"),
                        "--rw=randwrite",
                        "--bsrange=4k-64k",
                        "--iodepth=16",
                        "--offset=" + LOAD_OFFSET,
                        "--size=" + LOAD_LENGTH,
                        "--rate=6m",
                        "--verify=crc32c",
                        "--verify_fatal=1",
                        "--randseed=7",
                        "--allow_file_create=0");
        monitor.execute("block-stream", "job-id", "collapse", "device", "top", "speed", 24 * MIB);
        JsonNode completed =
                monitor.event(
                        "BLOCK_JOB_COMPLETED",
                        data -> data.path("device").asText().equals("collapse"),
                        Duration.ofSeconds(60));
        assertFalse(completed.path("data").has("error"), completed::toString);
        load.assertRuns();
        load.await(Duration.ofSeconds(60)).succeeds();
    }

    private void assertCollapsed(Path after) throws IOException {
        assertFalse(Images.info(top).has("backing-filename"), () -> Images.info(top).toString());
        Images.checkClean(top);
        Path flat = Images.flatten(top, "qcow2", folder.resolve("flat.raw"));
        Images.assertSame(after, flat);
        Images.assertSame(expected, flat, 0, LOAD_OFFSET);
        long end = LOAD_OFFSET + LOAD_LENGTH;
        Images.assertSame(expected, flat, end, MEBIBYTES * MIB - end);
    }
}
