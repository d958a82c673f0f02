package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.Images;
import org.ashlar.itest.harness.NbdClient;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.StampingWriter;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scene 2: the daemon is killed under load, again and again: the image is never corrupt, and what
 * was flushed is there.
 */
class SceneKillIT {
    private static final int KILLS = 50;
    private static final int KILLS_PER_IMAGE = 10;
    private static final int WRITERS = 4;
    private static final long MIB = 1 << 20;
    private static final long REGION = 4 * MIB;

    /** Reproduces the order of what each writer does, and how much is done before each kill. */
    private static final long SEED = 20_251_121;

    @TempDir private Path folder;

    @Test
    @Timeout(400)
    void daemon_whenKilledUnderLoad_leavesWhatWasFlushed() throws Exception {
        Random random = new Random(SEED);
        Path image = folder.resolve("none");
        List<StampingWriter> writers = List.of();
        for (int kill = 0; kill < KILLS; kill++) {
            if (kill % KILLS_PER_IMAGE == 0) {
                image = makeImage(kill);
                writers = makeWriters(random);
            }
            killUnderLoad(image, writers, 20 + random.nextInt(1000));
            verify(image, writers);
        }
    }

    /** Small clusters make for many tables; every other image has a base and subclusters. */
    private Path makeImage(int number) {
        Path image = folder.resolve("image" + number + ".qcow2");
        long length = (WRITERS + 1) * REGION;
        if (number / KILLS_PER_IMAGE % 2 == 0) {
            Tools.run("qemu-img", "create", "-f", "qcow2", "-o", "cluster_size=4k", image, length);
        } else {
            Path base = folder.resolve("base" + number + ".qcow2");
            Tools.run("qemu-img", "create", "-f", "qcow2", base, length);
            Tools.run(
                    "qemu-img",
                    "create",
                    "-f",
                    "qcow2",
                    "-o",
                    "extended_l2=on,cluster_size=64k",
                    "-b",
                    base,
                    "-F",
                    "qcow2",
                    image);
        }
        return image;
    }

    private static List<StampingWriter> makeWriters(Random random) {
        List<StampingWriter> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new StampingWriter(i * REGION, REGION, random.nextLong()));
        }
        return writers;
    }

    private void killUnderLoad(Path image, List<StampingWriter> writers, int steps)
            throws IOException, InterruptedException {
        CountDownLatch enough = new CountDownLatch(steps);
        try (DaemonProcess daemon = serve(image)) {
            List<Thread> threads = new ArrayList<>();
            for (StampingWriter writer : writers) {
                NbdClient client = NbdClient.connect(daemon.nbdSocket(), "disk");
                threads.add(
                        Thread.ofPlatform()
                                .name("writer")
                                .start(() -> writer.run(client, enough::countDown)));
            }
            NbdClient trimmer = NbdClient.connect(daemon.nbdSocket(), "disk");
            threads.add(Thread.ofPlatform().name("trimmer").start(() -> allocateAndTrim(trimmer)));
            assertTrue(enough.await(30, TimeUnit.SECONDS), () -> "too slow; log:\n" + daemon.log());
            daemon.kill();
            for (Thread thread : threads) {
                assertTrue(thread.join(java.time.Duration.ofSeconds(10)), thread + " does not end");
            }
        }
    }

    /** Makes clusters free and used again in a region that nobody verifies. */
    private static void allocateAndTrim(NbdClient client) {
        byte[] data = new byte[64 << 10];
        try {
            for (int i = 0; ; i++) {
                long at = WRITERS * REGION + i % 32 * (128L << 10);
                client.write(at, data);
                client.trim(at, 128 << 10);
            }
        } catch (IOException e) {
            // Killed, as it should be.
        }
    }

    private DaemonProcess serve(Path image) throws IOException {
        Files.deleteIfExists(folder.resolve("nbd.sock"));
        Files.deleteIfExists(folder.resolve("qmp.sock"));
        return DaemonProcess.start(
                Product.daemon(),
                folder,
                "--blockdev",
                "driver=qcow2,node-name=disk,discard=unmap,file.driver=file,file.discard=unmap,file.filename="
                        + image,
                "--export",
                "type=nbd,id=e,node-name=disk,name=disk,writable=on");
    }

    private void verify(Path image, List<StampingWriter> writers) throws IOException {
        Images.checkNotCorrupt(image);
        Path flat = Images.flatten(image, "qcow2", folder.resolve("flat.raw"));
        try (FileChannel content = FileChannel.open(flat)) {
            for (StampingWriter writer : writers) {
                writer.verify(content);
            }
        }
        Files.delete(flat);
    }
}
