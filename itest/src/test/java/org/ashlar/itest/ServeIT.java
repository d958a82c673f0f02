package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.Images;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ashlar serve} prints is true: its URIs are served, its monitor answers. */
class ServeIT {
    private static final Pattern UNIX = Pattern.compile("nbd\\+unix://\\S*");
    private static final Pattern TCP = Pattern.compile("nbd://\\S*");
    private static final Pattern MONITOR = Pattern.compile("/\\S*qmp\\.sock");

    private final Product product = Product.assembled();

    @TempDir private Path folder;

    @Test
    void sample_whenNoImageIsGiven_isServedForWriting() throws IOException {
        try (DaemonProcess server = serve();
                QmpClient monitor = QmpClient.connect(Path.of(printed(server, MONITOR)))) {
            for (Pattern address : new Pattern[] {UNIX, TCP}) {
                String uri = printed(server, address);
                assertEquals(
                        "true\n",
                        Tools.run("sh", "-c", "nbdinfo --can write '" + uri + "' && echo true")
                                .out());
            }
            assertTrue(server.log().contains(product.deploy().toString()), server::log);
            assertTrue(monitor.execute("query-block-exports").size() > 0);
            assertEquals(0, server.terminate(), server::log);
        }
    }

    @Test
    void image_whenGiven_isServedReadOnlyWithItsContent() throws IOException {
        Path raw = Images.raw(folder.resolve("source.raw"), 4, 3);
        Path image = folder.resolve("image.qcow2");
        Tools.run("qemu-img", "convert", "-O", "qcow2", raw, image);
        try (DaemonProcess server = serve("-f", "qcow2", image.toString())) {
            String uri = printed(server, UNIX);
            Path copy = folder.resolve("copy.raw");
            Tools.run("nbdcopy", uri, copy);
            Images.assertSame(raw, copy);
            Tools.tryRun("nbdinfo", "--can", "write", uri).fails();
            assertEquals(0, server.terminate(), server::log);
        }
    }

    @Test
    void image_whenItsFormatIsFoundOut_isServedWithAWarning() {
        Path image = folder.resolve("image.qcow2");
        Tools.run("qemu-img", "create", "-f", "qcow2", image, "1M");
        try (DaemonProcess server = serve("--writable", image.toString())) {
            Tools.run("nbdinfo", "--can", "write", printed(server, UNIX));
            assertTrue(server.log().contains("warning: "), server::log);
            assertEquals(0, server.terminate(), server::log);
        }
    }

    private DaemonProcess serve(String... options) {
        return DaemonProcess.launchServe(product, folder, options);
    }

    private static String printed(DaemonProcess server, Pattern pattern) {
        server.awaitLog(
                pattern.pattern(), log -> pattern.matcher(log).find() && log.contains("deploy"));
        Matcher matcher = pattern.matcher(server.log());
        assertTrue(matcher.find());
        return matcher.group().replaceAll("['\"]$", "");
    }
}
