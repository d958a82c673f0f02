package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The harness is right: what it expects of a daemon holds for the reference's. */
class HarnessIT {
    private static final String REFERENCE = "qemu-storage-daemon";

    @TempDir private Path folder;

    @Test
    void referenceDaemon_whenServing_isDrivenByTheHarness() throws IOException {
        Path image = folder.resolve("image.qcow2");
        Tools.run("qemu-img", "create", "-f", "qcow2", image, "1M");
        try (DaemonProcess daemon = DaemonProcess.start(REFERENCE, folder);
                QmpClient monitor = daemon.monitor()) {
            monitor.execute(
                    "blockdev-add",
                    "driver",
                    "qcow2",
                    "node-name",
                    "disk",
                    "file",
                    QmpClient.object("driver", "file", "filename", image.toString()));
            monitor.execute("block-export-add", "type", "nbd", "id", "e", "node-name", "disk");

            assertEquals("1048576\n", Tools.run("nbdinfo", "--size", daemon.uri("disk")).out());
            assertTrue(daemon.openFiles().contains(image), () -> "open: " + daemon.log());
            assertEquals(
                    "GenericError",
                    monitor.executeRefused("blockdev-del", "node-name", "x").errorClass());
            monitor.execute("block-export-del", "id", "e");
            monitor.event(
                    "BLOCK_EXPORT_DELETED",
                    data -> data.path("id").asText().equals("e"),
                    Duration.ofSeconds(10));
            assertEquals(0, daemon.terminate());
        }
    }
}
