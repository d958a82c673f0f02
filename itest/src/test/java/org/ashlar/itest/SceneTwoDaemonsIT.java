package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.QmpException;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scene 4: one image, two programs: the second is refused as the reference refuses, and names the
 * lock, whichever of them is ours.
 */
class SceneTwoDaemonsIT {
    private static final String REFERENCE = "qemu-storage-daemon";

    @TempDir private Path folder;
    private Path image;

    @BeforeEach
    void makeImage() {
        image = folder.resolve("image.qcow2");
        Tools.run("qemu-img", "create", "-f", "qcow2", image, "1M");
    }

    @Test
    void secondDaemon_whenFirstServesForWriting_isRefused() {
        try (DaemonProcess first = serve(Product.daemon(), "first")) {
            assertRefused(Product.daemon());
            assertRefused(REFERENCE);
            assertEquals(0, first.terminate(), first::log);
        }
    }

    @Test
    void secondDaemon_whenReferenceServesForWriting_isRefused() {
        try (DaemonProcess first = serve(REFERENCE, "first")) {
            assertRefused(Product.daemon());
            assertEquals(0, first.terminate(), first::log);
        }
    }

    @Test
    void secondDaemon_whenFirstHasEnded_isServed() {
        try (DaemonProcess first = serve(Product.daemon(), "first")) {
            assertEquals(0, first.terminate(), first::log);
        }
        try (DaemonProcess first = serve(Product.daemon(), "killed")) {
            first.kill();
        }
        try (DaemonProcess second = serve(REFERENCE, "second")) {
            assertEquals(0, second.terminate(), second::log);
        }
    }

    @Test
    void reader_whenDaemonServesForWriting_isRefusedUnlessItShares() {
        try (DaemonProcess daemon = serve(Product.daemon(), "first")) {
            Tools.Result refused = Tools.tryRun("qemu-img", "info", image).fails();

            assertEquals(
                    "qemu-img: Could not open '"
                            + image
                            + "': Failed to get shared \"write\" lock\n"
                            + "Is another process using the image ["
                            + image
                            + "]?\n",
                    refused.err());
            Tools.run("qemu-img", "info", "-U", image);
            assertEquals(0, daemon.terminate(), daemon::log);
        }
    }

    @Test
    void blockdevAdd_whenAnotherDaemonServes_isRefusedByTheMonitor() {
        try (DaemonProcess first = serve(REFERENCE, "first");
                DaemonProcess second =
                        DaemonProcess.start(Product.daemon(), folder.resolve("second"));
                QmpClient monitor = second.monitor()) {
            QmpException refused =
                    monitor.executeRefused(
                            "blockdev-add",
                            "driver",
                            "qcow2",
                            "node-name",
                            "disk",
                            "file",
                            QmpClient.object("driver", "file", "filename", image.toString()));

            assertEquals("GenericError", refused.errorClass());
            assertEquals("Failed to get \"write\" lock", refused.getMessage());
            assertEquals(0, first.terminate(), first::log);
        }
    }

    private DaemonProcess serve(String program, String name) {
        return DaemonProcess.start(program, folder.resolve(name), options());
    }

    private String[] options() {
        return new String[] {
            "--blockdev",
            "driver=qcow2,node-name=disk,file.driver=file,file.filename=" + image,
            "--export",
            "type=nbd,id=e,node-name=disk,writable=on"
        };
    }

    private void assertRefused(String program) {
        try (DaemonProcess second =
                DaemonProcess.launch(program, folder.resolve("refused"), options())) {
            assertEquals(1, second.awaitExit(), second::log);
            String message =
                    ": Failed to get \"write\" lock\nIs another process using the image ["
                            + image
                            + "]?\n";
            assertTrue(second.log().endsWith(message), second::log);
        }
    }
}
