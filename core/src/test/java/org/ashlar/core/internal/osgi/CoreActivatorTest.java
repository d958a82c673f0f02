package org.ashlar.core.internal.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ashlar.core.internal.registry.Contribution;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.core.internal.registry.RegistryListener;
import org.ashlar.spi.control.BlockLayer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.ServiceReference;

/** The core's bundle from start to stop, in a real framework. */
class CoreActivatorTest {
    @TempDir private Path temp;

    private final List<String> heard = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch replaced = new CountDownLatch(1);
    private final CountDownLatch retired = new CountDownLatch(1);
    private final FakeLayer layer = new FakeLayer();
    private TestFramework framework;

    @AfterEach
    void stop() throws Exception {
        framework.close();
    }

    private void frameworkWith(Map<String, String> properties) throws Exception {
        framework = new TestFramework(temp.resolve("cache"), properties);
    }

    @Test
    void start_showsTheLayer_andStopTakesItAwayBeforeItEnds() throws Exception {
        frameworkWith(Map.of());
        CoreActivator activator = new CoreActivator(_ -> layer);

        activator.start(framework.context());
        ServiceReference<BlockLayer> reference =
                framework.context().getServiceReference(BlockLayer.class);
        assertSame(layer.shown, framework.context().getService(reference));
        activator.stop(framework.context());

        assertEquals(List.of("closed, shown: false"), heard);
        assertNull(framework.context().getServiceReference(BlockLayer.class));
    }

    @Test
    void start_whenTheLayerFails_leavesNothing() throws Exception {
        frameworkWith(Map.of());
        CoreActivator activator =
                new CoreActivator(_ -> {
                    throw new IllegalStateException("layer of a test");
                });

        assertThrows(IllegalStateException.class, () -> activator.start(framework.context()));

        assertNull(framework.context().getServiceReference(BlockLayer.class));
    }

    @Test
    void start_withAFolder_watchesItUntilStop() throws Exception {
        Path folder = Files.createDirectories(temp.resolve("deploy"));
        BundleJar.version("1.0.0").deploy(folder.resolve("sample.jar"));
        frameworkWith(Map.of(CoreActivator.DEPLOY, folder.toString()));
        CoreActivator activator = new CoreActivator(this::start);

        activator.start(framework.context());
        assertTrue(arrived.await(20, TimeUnit.SECONDS));
        BundleJar.version("2.0.0").deploy(folder.resolve("sample.jar"));
        assertTrue(replaced.await(20, TimeUnit.SECONDS));
        assertTrue(retired.await(20, TimeUnit.SECONDS));
        activator.stop(framework.context());

        assertEquals(List.of("2.0.0 active"), framework.bundles());
        assertEquals(List.of("retire 1.0.0", "closed, shown: false"), heard);
    }

    private RunningLayer start(Registry registry) {
        registry.listen(
                new RegistryListener() {
                    @Override
                    public <T> void arrived(Contribution<T> now) {
                        arrived.countDown();
                    }

                    @Override
                    public <T> void replaced(Contribution<T> before, Contribution<T> now) {
                        replaced.countDown();
                    }
                });
        return layer;
    }

    /** A layer that only says what becomes of it. */
    private final class FakeLayer implements RunningLayer {
        final BlockLayer shown =
                (BlockLayer)
                        Proxy.newProxyInstance(
                                BlockLayer.class.getClassLoader(),
                                new Class<?>[] {BlockLayer.class},
                                (_, method, _) -> method.getName());

        @Override
        public BlockLayer layer() {
            return shown;
        }

        @Override
        public void retire(Bundle old, Runnable thenUninstall) {
            heard.add("retire " + old.getVersion());
            thenUninstall.run();
            retired.countDown();
        }

        @Override
        public void close() {
            boolean stillShown = framework.context().getServiceReference(BlockLayer.class) != null;
            heard.add("closed, shown: " + stillShown);
        }
    }
}
