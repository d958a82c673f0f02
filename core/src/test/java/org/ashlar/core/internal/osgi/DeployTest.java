package org.ashlar.core.internal.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.core.internal.registry.Contribution;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.core.internal.registry.RegistryListener;
import org.ashlar.spi.BlockDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.Bundle;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.bundle.CollisionHook;

/** Bundles that come and go, in a real framework. */
class DeployTest {
    @TempDir private Path temp;

    private final Registry registry = new Registry();
    private final List<String> heard = new ArrayList<>();
    private final List<Runnable> retiring = new ArrayList<>();
    private final Set<String> engaged = new HashSet<>();

    private TestFramework framework;
    private PluginExtender extender;
    private ServiceFeed feed;
    private DeployWatcher watcher;
    private Path deploy;
    private Path jar;

    @BeforeEach
    void start() throws Exception {
        deploy = Files.createDirectories(temp.resolve("deploy"));
        jar = deploy.resolve("sample.jar");
        framework = new TestFramework(temp.resolve("cache"), Map.of());
        startParts();
    }

    private void startParts() {
        feed = new ServiceFeed(framework.context(), registry);
        feed.open();
        extender = new PluginExtender(framework.context());
        extender.open();
        watcher = new DeployWatcher(framework.context(), deploy, extender, new Retirement());
        registry.listen(new Recorder());
    }

    /** Bundles retire when the test says so, and are engaged if their version is. */
    private final class Retirement implements BundleRetirement {
        @Override
        public void retire(Bundle old, Runnable thenUninstall) {
            extender.withdraw(old);
            retiring.add(thenUninstall);
        }

        @Override
        public boolean isEngaged(Bundle old) {
            return engaged.contains(old.getVersion().toString());
        }
    }

    @AfterEach
    void stop() throws Exception {
        extender.close();
        feed.close();
        framework.close();
    }

    private void settle() {
        watcher.scan();
        watcher.scan();
    }

    private BlockDriver served() {
        return registry.node("sample").orElseThrow();
    }

    @Nested
    class Jars {
        @Test
        void jar_whenPutIn_isServed() throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();

            assertEquals(List.of("1.0.0 active"), framework.bundles());
            assertEquals(List.of("arrived sample 1.0.0"), heard);
            assertEquals(
                    "1.0.0", FrameworkUtil.getBundle(served().getClass()).getVersion().toString());
        }

        @Test
        void jar_whileItIsStillBeingWritten_isLeftAlone() throws IOException {
            BundleJar.version("1.0.0").write(temp.resolve("whole.jar"));
            byte[] whole = Files.readAllBytes(temp.resolve("whole.jar"));
            Files.write(jar, Arrays.copyOf(whole, whole.length / 2));
            watcher.scan();
            Files.write(jar, whole);
            watcher.scan();
            assertEquals(List.of(), framework.bundles());

            watcher.scan();

            assertEquals(List.of("1.0.0 active"), framework.bundles());
        }

        @Test
        void jar_whenReplaced_isServedBesideTheOld_whichGoesAfterItsRetirement()
                throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            BlockDriver old = served();
            BundleJar.version("1.1.0").deploy(jar);
            settle();

            assertEquals(List.of("1.0.0 active", "1.1.0 active"), framework.bundles());
            assertNotSame(old, served());
            assertEquals(List.of("arrived sample 1.0.0", "replaced sample 1.0.0 by 1.1.0"), heard);
            retiring.forEach(Runnable::run);
            assertEquals(List.of("1.1.0 active"), framework.bundles());
            assertEquals(2, heard.size());
        }

        @Test
        void jar_whenPutBackWhileItsBundleRetires_isServedByAnotherOfTheSameContent()
                throws IOException {
            letVersionsMeet();
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            byte[] first = Files.readAllBytes(jar);
            BundleJar.version("1.1.0").deploy(jar);
            settle();
            Files.write(jar, first);
            settle();

            assertEquals(
                    List.of("1.0.0 active", "1.1.0 active", "1.0.0 active"), framework.bundles());
            retiring.forEach(Runnable::run);
            assertEquals(List.of("1.0.0 active"), framework.bundles());
            assertEquals(
                    "1.0.0", FrameworkUtil.getBundle(served().getClass()).getVersion().toString());
        }

        @Test
        void jar_whenReplacedWhileItsBundleIsEngaged_retiresThatAfterwards() throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            engaged.add("1.0.0");
            BundleJar.version("1.1.0").deploy(jar);
            settle();
            settle();
            assertEquals(List.of(), retiring);

            engaged.clear();
            watcher.scan();
            watcher.scan();

            assertEquals(1, retiring.size());
            retiring.forEach(Runnable::run);
            assertEquals(List.of("1.1.0 active"), framework.bundles());
        }

        @Test
        void jar_whenRemovedWhileItsBundleIsEngaged_departsAfterwards() throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            engaged.add("1.0.0");
            Files.delete(jar);
            settle();
            assertEquals(List.of("1.0.0 active"), framework.bundles());
            assertEquals(List.of("arrived sample 1.0.0"), heard);

            engaged.clear();
            watcher.scan();

            assertEquals(List.of("arrived sample 1.0.0", "departed sample 1.0.0"), heard);
            retiring.forEach(Runnable::run);
            assertEquals(List.of(), framework.bundles());
        }

        @Test
        void jar_whenReplacedByAnOlderVersion_isServedTheOlder() throws IOException {
            BundleJar.version("2.0.0").deploy(jar);
            settle();
            BundleJar.version("1.0.0").deploy(jar);
            settle();

            assertEquals(List.of("arrived sample 2.0.0", "replaced sample 2.0.0 by 1.0.0"), heard);
            assertEquals(List.of("2.0.0 active", "1.0.0 active"), framework.bundles());
        }

        @Test
        void jar_whenReplacedByTheSameVersionRebuilt_isServedTheNew() throws IOException {
            letVersionsMeet();
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            BlockDriver old = served();
            BundleJar rebuilt = BundleJar.version("1.0.0");
            rebuilt.naming("# rebuilt\n" + rebuilt.pluginName()).deploy(jar);
            settle();

            assertEquals(List.of("1.0.0 active", "1.0.0 active"), framework.bundles());
            assertNotSame(old, served());
        }

        @Test
        void jar_whenTouchedOnly_staysAsItIs() throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            BlockDriver before = served();
            Files.setLastModifiedTime(jar, FileTime.fromMillis(1));
            settle();

            assertSame(before, served());
            assertEquals(List.of(), retiring);
        }

        @Test
        void jar_whenRemoved_departsAndIsUninstalled() throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            Files.delete(jar);
            settle();

            assertEquals(List.of(), framework.bundles());
            assertEquals(List.of("arrived sample 1.0.0", "departed sample 1.0.0"), heard);
        }

        @Test
        void driver_afterItsBundleWasUninstalled_stillHasAllItsClasses() throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            BlockDriver old = served();
            Files.delete(jar);
            settle();

            assertEquals("late", old.options().getFirst().name());
        }

        private void letVersionsMeet() {
            framework
                    .context()
                    .registerService(
                            CollisionHook.class,
                            DeployWatcher::letVersionsMeet,
                            FrameworkUtil.asDictionary(Map.of()));
        }
    }

    @Nested
    class BadJars {
        @Test
        void jar_thatIsNoArchive_stopsNothing() throws IOException {
            Files.writeString(deploy.resolve("a.jar"), "this is no jar");
            BundleJar.version("1.0.0").deploy(jar);
            settle();

            assertEquals(List.of("1.0.0 active"), framework.bundles());
        }

        @Test
        void update_thatDoesNotResolve_leavesTheOldServing_untilItIsMended() throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            BlockDriver old = served();
            BundleJar.version("1.1.0").unresolvable().deploy(jar);
            settle();
            assertSame(old, served());
            assertEquals(List.of("1.0.0 active", "1.1.0 not active"), framework.bundles());

            BundleJar.version("1.2.0").deploy(jar);
            settle();

            assertEquals(List.of("1.0.0 active", "1.2.0 active"), framework.bundles());
            assertEquals(1, retiring.size());
        }

        @Test
        void plugin_thatIsNone_takesItsBundleAway() throws IOException {
            BundleJar.version("1.0.0").naming("java.lang.String").deploy(jar);
            settle();

            assertEquals(List.of(), framework.bundles());
            assertTrue(registry.node("sample").isEmpty());
        }

        @Test
        void update_whosePluginCannotBeMade_leavesTheOldServing_untilItIsMended()
                throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            BlockDriver old = served();
            BundleJar.version("1.1.0").naming("org.example.Missing").deploy(jar);
            settle();
            assertSame(old, served());
            assertEquals(List.of("1.0.0 active"), framework.bundles());
            assertEquals(List.of(), retiring);

            BundleJar.version("1.2.0").deploy(jar);
            settle();

            assertEquals(List.of("1.0.0 active", "1.2.0 active"), framework.bundles());
            assertEquals(1, retiring.size());
        }

        @Test
        void update_whoseLastPluginCannotBeMade_isServedNotAtAll() throws IOException {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            BundleJar half = BundleJar.version("1.1.0");
            half.naming(half.pluginName() + "\norg.example.Missing").deploy(jar);
            settle();

            assertEquals(List.of("arrived sample 1.0.0"), heard);
        }

        @Test
        void folder_thatIsMissing_isEmpty() throws IOException {
            Files.delete(deploy);
            settle();

            assertEquals(List.of(), framework.bundles());
        }
    }

    @Nested
    class Restarting {
        @Test
        void restart_withTheSameJar_takesTheCachedBundleOver() throws Exception {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            restart();

            settle();

            assertEquals(List.of("1.0.0 active"), framework.bundles());
            assertTrue(registry.node("sample").isPresent());
        }

        @Test
        void restart_withoutTheJar_uninstallsTheCachedBundle() throws Exception {
            BundleJar.version("1.0.0").deploy(jar);
            settle();
            Files.delete(jar);
            restart();

            settle();

            assertEquals(List.of(), framework.bundles());
        }

        private void restart() throws Exception {
            extender.close();
            feed.close();
            framework.close();
            framework =
                    new TestFramework(
                            temp.resolve("cache"), Map.of("org.osgi.framework.storage.clean", ""));
            startParts();
        }
    }

    @Nested
    class Services {
        @Test
        void service_ofAnotherBundle_isServedAsLongAsItIsRegistered() {
            BlockDriver own = new SamplePlugin.SampleDriver();
            ServiceRegistration<BlockDriver> service = register(own, Map.of("version", "3.1.4"));

            assertSame(own, served());
            assertEquals(
                    new Rank(0, new Rank.Version(3, 1, 4, "")),
                    registry.served(Kind.NODE, "sample").orElseThrow().rank());
            service.unregister();
            assertTrue(registry.node("sample").isEmpty());
        }

        @Test
        void service_whenItsRankingIsRaised_isServedWithoutAGap() {
            BlockDriver first = new SamplePlugin.SampleDriver();
            BlockDriver second = new SamplePlugin.SampleDriver();
            ServiceRegistration<BlockDriver> low = register(first, Map.of("version", "1.0.0"));
            register(second, Map.of("version", "2.0.0"));
            heard.clear();

            low.setProperties(FrameworkUtil.asDictionary(Map.of("service.ranking", 9)));

            assertSame(first, served());
            assertFalse(
                    heard.stream().anyMatch(line -> line.startsWith("departed")), heard::toString);
        }

        @Test
        void plugin_isRegisteredAsAServiceOfItsBundle() throws Exception {
            BundleJar.version("1.0.0").deploy(jar);
            settle();

            ServiceReference<BlockDriver> reference =
                    framework.context().getServiceReference(BlockDriver.class);

            assertEquals("sample", reference.getProperty("name"));
            assertEquals("1.0.0", reference.getProperty("version"));
            assertEquals("org.ashlar.sample", reference.getBundle().getSymbolicName());
        }

        private ServiceRegistration<BlockDriver> register(
                BlockDriver driver, Map<String, Object> properties) {
            return framework
                    .context()
                    .registerService(
                            BlockDriver.class, driver, FrameworkUtil.asDictionary(properties));
        }
    }

    private final class Recorder implements RegistryListener {
        @Override
        public <T> void arrived(Contribution<T> now) {
            heard.add("arrived " + now.name() + " " + now.rank().version());
        }

        @Override
        public <T> void replaced(Contribution<T> before, Contribution<T> now) {
            heard.add(
                    "replaced %s %s by %s"
                            .formatted(
                                    before.name(), before.rank().version(), now.rank().version()));
        }

        @Override
        public <T> void departed(Contribution<T> before) {
            heard.add("departed " + before.name() + " " + before.rank().version());
        }
    }
}
