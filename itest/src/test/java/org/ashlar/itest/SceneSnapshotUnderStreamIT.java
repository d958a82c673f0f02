package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.nio.file.Path;
import java.time.Duration;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.Images;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scene 8: an overlay is laid on a node that a stream fills. The clients go to the overlay; the
 * stream goes on with its node, to the end.
 */
class SceneSnapshotUnderStreamIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir private Path folder;

    @Test
    void stream_whenItsNodeGetsAnOverlay_fillsThatNodeAndNoOther() throws Exception {
        Path source = Images.raw(folder.resolve("source.raw"), 8, 5);
        Tools.run("qemu-img", "convert", "-O", "qcow2", source, image("base"));
        overlay("top", "base");
        overlay("over", "top");
        Path expected = Images.flatten(image("over"), "qcow2", folder.resolve("expected.raw"));

        try (DaemonProcess daemon = DaemonProcess.start(Product.daemon(), folder);
                QmpClient monitor = daemon.monitor()) {
            add(monitor, "top", false);
            add(monitor, "over", true);
            monitor.execute("block-stream", "job-id", "s", "device", "top", "speed", 1 << 20);
            monitor.execute("job-pause", "id", "s");
            monitor.event("JOB_STATUS_CHANGE", data -> isStatus(data, "paused"), LIMIT);
            monitor.execute("blockdev-snapshot", "node", "top", "overlay", "over");
            monitor.execute("block-job-set-speed", "device", "s", "speed", 0);
            monitor.execute("job-resume", "id", "s");
            monitor.event("JOB_STATUS_CHANGE", data -> isStatus(data, "null"), LIMIT);
            monitor.sendLine("{\"execute\":\"quit\"}");
            assertEquals(0, daemon.awaitExit());
        }

        assertEquals("", below("top"), "it was filled");
        assertEquals(image("top").toString(), below("over"), "nothing was done to it");
        Images.checkClean(image("top"));
        Path found = Images.flatten(image("over"), "qcow2", folder.resolve("found.raw"));
        Images.assertSame(expected, found);
    }

    private Path image(String name) {
        return folder.resolve(name + ".qcow2");
    }

    private void overlay(String name, String below) {
        Tools.run(
                "qemu-img",
                "create",
                "-f",
                "qcow2",
                "-F",
                "qcow2",
                "-b",
                image(below),
                image(name));
    }

    private void add(QmpClient monitor, String name, boolean alone) {
        JsonNode file = QmpClient.object("driver", "file", "filename", image(name).toString());
        if (alone) {
            JsonNode none = NullNode.getInstance();
            monitor.execute(
                    "blockdev-add",
                    "driver",
                    "qcow2",
                    "node-name",
                    name,
                    "file",
                    file,
                    "backing",
                    none);
        } else {
            monitor.execute("blockdev-add", "driver", "qcow2", "node-name", name, "file", file);
        }
    }

    private static boolean isStatus(JsonNode data, String status) {
        return data.path("status").asText().equals(status);
    }

    private String below(String name) {
        return Images.info(image(name)).path("full-backing-filename").asText();
    }
}
