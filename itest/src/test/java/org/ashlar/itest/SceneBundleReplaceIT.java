package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.Images;
import org.ashlar.itest.harness.NbdClient;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.Repackaged;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scene 3: bundles of drivers are replaced by newer ones in {@code deploy} while a client writes
 * and verifies: it sees no error. The product is a copy, so that it runs from another folder, too.
 */
class SceneBundleReplaceIT {
    @TempDir private Path folder;
    private Product product;
    private Path image;

    @BeforeEach
    void copyProduct() {
        product = Product.assembled().copyTo(folder.resolve("a copy"));
        image = folder.resolve("image.qcow2");
        Tools.run("qemu-img", "create", "-f", "qcow2", image, "64M");
    }

    @Test
    void drivers_whenReplacedUnderLoad_showTheClientNoError() throws IOException {
        try (DaemonProcess daemon = serve()) {
            Tools.Running load = load(daemon, 64);
            replaceQcow2(daemon, "0.1.1");
            replaceQcow2(daemon, "0.1.2");
            replace(
                    daemon,
                    "raw",
                    "0.1.1",
                    "node 'storage' is served by version 0.1.1 of driver 'file'");
            load.assertRuns();
            load.await(Duration.ofSeconds(90)).succeeds();
            assertEquals(0, daemon.terminate(), daemon::log);
        }
        Images.checkClean(image);
    }

    @Test
    void driver_whenItsReplacementGoes_isServedByWhatShips() throws IOException {
        try (DaemonProcess daemon = serve()) {
            Tools.Running load = load(daemon, 32);
            replaceQcow2(daemon, "0.1.1");
            Files.delete(product.deploy().resolve("qcow2.jar"));
            daemon.awaitLog("org.ashlar.drivers.qcow2 0.1.1 uninstalled");
            load.assertRuns();
            load.await(Duration.ofSeconds(90)).succeeds();
            assertEquals(0, daemon.terminate(), daemon::log);
        }
        Images.checkClean(image);
    }

    @Test
    void exports_whenReplaced_stayWithTheServerUntilItIsStopped() throws IOException {
        byte[] data = new byte[4096];
        Arrays.fill(data, (byte) 7);
        try (DaemonProcess daemon = serve();
                QmpClient monitor = daemon.monitor()) {
            replaceExports(daemon, "0.1.1");
            try (NbdClient client = NbdClient.connect(daemon.nbdSocket(), "disk")) {
                addExport(monitor, "beside");
                try (NbdClient beside = NbdClient.connect(daemon.nbdSocket(), "beside")) {
                    client.write(0, data);
                    assertArrayEquals(data, beside.read(0, data.length));
                }
                monitor.execute("block-export-del", "id", "beside");
            }
            monitor.execute("nbd-server-stop");
            String socket = daemon.nbdSocket().toString();
            monitor.execute(
                    "nbd-server-start",
                    "addr",
                    QmpClient.object("type", "unix", "data", QmpClient.object("path", socket)));
            addExport(monitor, "anew");
            replaceExports(daemon, "0.1.2");
            try (NbdClient client = NbdClient.connect(daemon.nbdSocket(), "anew")) {
                assertArrayEquals(data, client.read(0, data.length));
            }
            monitor.execute("nbd-server-stop");
            daemon.awaitLog("org.ashlar.exports.nbd 0.1.1 uninstalled");
            assertEquals(0, daemon.terminate(), daemon::log);
        }
        Images.checkClean(image);
    }

    private void replaceExports(DaemonProcess daemon, String version) throws IOException {
        Repackaged.deploy(
                product.bundle("ashlar-exports-nbd"),
                version,
                product.deploy().resolve("exports.jar"));
        daemon.awaitLog("exports.jar: org.ashlar.exports.nbd " + version + " started");
    }

    private static void addExport(QmpClient monitor, String name) {
        monitor.execute(
                "block-export-add", "type", "nbd", "id", name, "node-name", "disk", "name", name);
    }

    private DaemonProcess serve() {
        return DaemonProcess.start(
                product.program("bin/ashlar"),
                folder.resolve("sockets"),
                "--blockdev",
                "driver=file,node-name=storage,filename=" + image,
                "--blockdev",
                "driver=qcow2,node-name=disk,file=storage",
                "--export",
                "type=nbd,id=e,node-name=disk,name=disk,writable=on");
    }

    /** At 4 MiB a second it outlasts the updates. */
    private static Tools.Running load(DaemonProcess daemon, int mebibytes) {
        return Tools.start(
                "fio",
                "--name=load",
                "--ioengine=nbd",
                "--uri=" + daemon.uri("disk"),
                "--rw=randwrite",
                "--bsrange=4k-64k",
                "--iodepth=16",
                "--size=" + mebibytes + "m",
                "--rate=4m",
                "--verify=crc32c",
                "--verify_fatal=1",
                "--verify_backlog=64",
                "--randseed=11",
                "--allow_file_create=0");
    }

    private void replaceQcow2(DaemonProcess daemon, String version) throws IOException {
        replace(
                daemon,
                "qcow2",
                version,
                "node 'disk' is served by version " + version + " of driver 'qcow2'");
    }

    /** Puts a newer version of a bundle into the watched folder, and waits for the log's line. */
    private void replace(DaemonProcess daemon, String module, String version, String line)
            throws IOException {
        long before = count(daemon.log(), line);
        Repackaged.deploy(
                product.bundle("ashlar-drivers-" + module),
                version,
                product.deploy().resolve(module + ".jar"));
        daemon.awaitLog(line, log -> count(log, line) > before);
    }

    private static long count(String log, String text) {
        return log.lines().filter(line -> line.contains(text)).count();
    }
}
