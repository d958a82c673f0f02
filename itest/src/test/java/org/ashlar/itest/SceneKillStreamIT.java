package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.Images;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Scene 7: the daemon is killed in each gap of a stream's completion. The overlay's storage is a
 * server that stops at the request that the gap is before or after; what is on the disk then names
 * the old chain or the new one, and both show the same.
 */
class SceneKillStreamIT {
    private static final int MEBIBYTES = 4;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** A server of one file, which stops where the file {@code gap} says, until that is gone. */
    private static final String[] SERVER = {
        "get_size=stat -Lc %s $file",
        "pread=dd iflag=skip_bytes,count_bytes if=$file skip=$4 count=$3 bs=64k status=none",
        """
        pwrite=gap=$(cat $dir/gap)
        stop() { touch $dir/reached; while [ -e $dir/gap ]; do sleep 0.1; done; exit 1; }
        [ $4$gap = 0HEADER ] && stop
        dd oflag=seek_bytes conv=notrunc of=$file seek=$4 bs=64k status=none || exit 1
        [ $4$gap = 0WRITTEN ] && stop
        [ $4$gap = 0DURABLE ] && echo SYNC >$dir/gap
        exit 0\
        """,
        """
        flush=[ $(cat $dir/gap) = SYNC ] && { touch $dir/reached; while [ -e $dir/gap ]; do sleep 0.1; done; exit 1; }
        exit 0\
        """,
        "can_write=exit 0",
        "can_flush=exit 0"
    };

    /** Where the daemon is killed; the names are the server's. */
    enum Gap {
        /** Planned, and told to end; nothing is reserved. */
        PLAN,
        /** Reserved; the overlay's data are being made durable. */
        SYNC,
        /** The header is about to be written. */
        HEADER,
        /** The header is written, but not durable, and the daemon does not know. */
        WRITTEN,
        /** The header is being made durable: it is there, the graph as it was. */
        DURABLE
    }

    @TempDir private Path folder;
    private Path top;
    private Path expected;

    @BeforeEach
    void makeChain() throws IOException {
        Path base = folder.resolve("base.qcow2");
        Path middle = folder.resolve("middle.qcow2");
        top = folder.resolve("top.qcow2");
        Path source = Images.raw(folder.resolve("source.raw"), MEBIBYTES, 3);
        Tools.run("qemu-img", "convert", "-O", "qcow2", source, base);
        overlay(middle, base, "write -P 0x21 64k 200k");
        overlay(top, middle, "write -P 0x31 96k 8k");
        // What grows the file grows it here: the server's file has one length.
        Tools.run("truncate", "-s", "16M", top);
        expected = Images.flatten(top, "qcow2", folder.resolve("expected.raw"));
        Files.writeString(folder.resolve("gap"), "none");
    }

    private static void overlay(Path image, Path below, String command) {
        Tools.run("qemu-img", "create", "-f", "qcow2", "-F", "qcow2", "-b", below, image);
        Tools.run("qemu-io", "-c", command, image);
    }

    @ParameterizedTest
    @EnumSource
    void daemon_whenKilledInAGapOfAStreamsEnd_leavesTheOldChainOrTheNew(Gap gap) throws Exception {
        Tools.Running server = serveTop();
        try (DaemonProcess daemon = DaemonProcess.start(Product.daemon(), folder)) {
            try (QmpClient monitor = daemon.monitor()) {
                streamUntilPending(monitor);
                if (gap != Gap.PLAN) {
                    Files.writeString(folder.resolve("gap"), gap.name());
                    monitor.sendLine("{\"execute\":\"job-finalize\",\"arguments\":{\"id\":\"j\"}}");
                    awaitReached(server, daemon);
                }
            }
            daemon.kill();
        } finally {
            server.process().destroyForcibly();
        }
        boolean shortened = gap == Gap.WRITTEN || gap == Gap.DURABLE;
        String backing = Images.info(top).path("full-backing-filename").asText();
        assertEquals(folder.resolve(shortened ? "base.qcow2" : "middle.qcow2").toString(), backing);
        Images.checkNotCorrupt(top);
        Images.assertSame(expected, Images.flatten(top, "qcow2", folder.resolve("after.raw")));
    }

    private Tools.Running serveTop() {
        Object[] words = new Object[6 + SERVER.length];
        words[0] = "nbdkit";
        words[1] = "-f";
        words[2] = "-U";
        words[3] = folder.resolve("top.sock");
        words[4] = "eval";
        for (int i = 0; i < SERVER.length; i++) {
            words[5 + i] =
                    SERVER[i].replace("$file", top.toString()).replace("$dir", folder.toString());
        }
        words[words.length - 1] = "missing=exit 2";
        return Tools.start(words);
    }

    private void streamUntilPending(QmpClient monitor) throws IOException {
        Path middle = folder.resolve("middle.qcow2");
        monitor.execute(
                "blockdev-add",
                "driver",
                "qcow2",
                "node-name",
                "top",
                "file",
                QmpClient.object(
                        "driver",
                        "nbd",
                        "server",
                        QmpClient.object(
                                "type", "unix", "path", folder.resolve("top.sock").toString())),
                "backing",
                QmpClient.object(
                        "driver",
                        "qcow2",
                        "file",
                        QmpClient.object("driver", "file", "filename", middle.toString()),
                        "backing",
                        QmpClient.object(
                                "driver",
                                "qcow2",
                                "node-name",
                                "base",
                                "file",
                                QmpClient.object(
                                        "driver",
                                        "file",
                                        "filename",
                                        folder.resolve("base.qcow2").toString()))));
        monitor.execute(
                "block-stream",
                "job-id",
                "j",
                "device",
                "top",
                "base-node",
                "base",
                "auto-finalize",
                false);
        monitor.event(
                "JOB_STATUS_CHANGE", data -> data.path("status").asText().equals("pending"), LIMIT);
    }

    private void awaitReached(Tools.Running server, DaemonProcess daemon) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!Files.exists(folder.resolve("reached"))) {
            server.assertRuns();
            if (System.nanoTime() > end) {
                throw new AssertionError("the gap is not reached; log:\n" + daemon.log());
            }
            Thread.onSpinWait();
        }
    }
}
