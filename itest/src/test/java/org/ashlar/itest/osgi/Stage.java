package org.ashlar.itest.osgi;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.ashlar.itest.driver.MarkedBundle;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.option.OptionTree;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/**
 * What a test inside the framework works on: the block layer, the watched folder and the drivers
 * {@code marked}. When it closes neither node nor driver is left to the next test. Confined to the
 * test's thread.
 */
final class Stage implements AutoCloseable {
    private static final long HEARD_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final BlockLayer layer;
    private final Path deploy;
    private final Sight drivers;

    Stage() {
        BundleContext context = FrameworkUtil.getBundle(Stage.class).getBundleContext();
        this.layer = context.getService(context.getServiceReference(BlockLayer.class));
        this.deploy = Path.of(context.getProperty("ashlar.deploy"));
        this.drivers = new Sight(context, "marked");
        System.clearProperty(MarkedBundle.CLOSED);
    }

    BlockLayer layer() {
        return layer;
    }

    /** Puts a version of the driver into a new jar, or into the place of another version. */
    void deploy(String jar, int version) throws IOException {
        MarkedBundle.deploy(deploy, jar, version);
    }

    /** Puts into a new jar what is not one. */
    void deployNonsense(String jar) throws IOException {
        Files.write(deploy.resolve(jar), new byte[] {1, 2, 3});
    }

    /** Removes a jar. */
    void remove(String jar) throws IOException {
        Files.delete(deploy.resolve(jar));
    }

    /** Waits until so many versions of the driver are there, and the layer has heard of it, too. */
    void awaitDrivers(int count) {
        drivers.await(count);
        long end = System.nanoTime() + HEARD_LIMIT_NANOS;
        while (layer.drivers().node("marked").isPresent() != count > 0) {
            assertTrue(System.nanoTime() < end, "the layer has not heard of the driver");
            Thread.onSpinWait();
        }
    }

    /** Waits until that, and nothing else, of the drivers was closed, such as "node1 driver1". */
    void awaitClosed(String expected) {
        long end = System.nanoTime() + HEARD_LIMIT_NANOS;
        String closed = System.getProperty(MarkedBundle.CLOSED, "");
        while (!closed.equals(expected)) {
            assertTrue(expected.startsWith(closed) && System.nanoTime() < end, closed);
            Thread.onSpinWait();
            closed = System.getProperty(MarkedBundle.CLOSED, "");
        }
    }

    /** Adds the node {@code disk}. */
    void addDisk() throws IOException {
        layer.add(OptionTree.typed(Map.of("driver", "marked", "node-name", "disk")));
    }

    /** Puts a version of the driver into {@code driver.jar} and adds the node {@code disk}. */
    void serve(int version) throws IOException {
        deploy("driver.jar", version);
        awaitDrivers(1);
        addDisk();
    }

    @Override
    public void close() throws IOException {
        if (layer.graph().find("disk").isPresent()) {
            layer.delete("disk");
        }
        try (DirectoryStream<Path> jars = Files.newDirectoryStream(deploy)) {
            for (Path jar : jars) {
                Files.delete(jar);
            }
        }
        awaitDrivers(0);
        drivers.close();
    }
}
