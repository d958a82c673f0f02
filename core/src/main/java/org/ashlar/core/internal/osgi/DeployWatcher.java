package org.ashlar.core.internal.osgi;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.hooks.bundle.CollisionHook;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the framework's bundles in step with the jars of a folder. A jar that is replaced is
 * installed <em>beside</em> the bundle it replaces, which goes once nothing uses it; a jar that is
 * removed takes its bundle with it, unless that is engaged. A jar is taken once it has not changed
 * between two scans. What is wrong with a jar is logged in one line and stops nothing else.
 * Thread-safe: {@code jars} is guarded by the watcher, as scans come one at a time.
 */
final class DeployWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DeployWatcher.class);
    private static final Duration INTERVAL = Duration.ofMillis(500);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(30);

    private final BundleContext context;
    private final Path folder;
    private final PluginExtender extender;
    private final BundleRetirement retirement;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);

    @GuardedBy("this")
    private final Map<Path, DeployedJar> jars = new LinkedHashMap<>();

    /** Bundles that are to retire once they are engaged no longer, which each scan looks at. */
    @GuardedBy("this")
    private final Set<Bundle> toRetire = new LinkedHashSet<>();

    @GuardedBy("this")
    private boolean adopted;

    DeployWatcher(
            BundleContext context,
            Path folder,
            PluginExtender extender,
            BundleRetirement retirement) {
        this.context = context;
        this.folder = folder;
        this.extender = extender;
        this.retirement = retirement;
    }

    /** Takes what is in the folder, and begins to watch on a thread of its own. */
    void open() {
        ServiceRegistration<CollisionHook> hook =
                context.registerService(
                        CollisionHook.class,
                        DeployWatcher::letVersionsMeet,
                        FrameworkUtil.asDictionary(Map.of()));
        scan();
        scan(); // what the first one saw has not changed since, unless somebody is at it now
        Thread.ofVirtual().name("deploy watcher").start(() -> watch(hook));
    }

    private void watch(ServiceRegistration<CollisionHook> hook) {
        try {
            while (!closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                scan();
            }
        } catch (InterruptedException e) {
            LOG.error("The thread that watches {} was interrupted", folder, e);
        } finally {
            hook.unregister();
            ended.countDown();
        }
    }

    /** Lets a bundle of the folder be installed beside another of the same name and version. */
    static void letVersionsMeet(int operation, Bundle target, Collection<Bundle> candidates) {
        candidates.removeIf(DeployWatcher::isOurs);
    }

    private static boolean isOurs(Bundle bundle) {
        return bundle.getLocation().startsWith(DeployedJar.LOCATION);
    }

    /** Brings bundles and jars in step, as far as the jars have settled. */
    synchronized void scan() {
        try {
            Set<Path> present = listJars();
            if (!adopted) {
                adopt(present);
            }
            boolean changed = removeMissing(present);
            for (Path file : present) {
                changed |= jar(file).installIfNew();
            }
            if (changed) {
                for (DeployedJar jar : jars.values()) {
                    jar.startWaiting().ifPresent(toRetire::add);
                }
            }
            retireDisengaged();
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.error("{} cannot be watched: {}", folder, e.toString());
        }
    }

    private Set<Path> listJars() throws IOException {
        if (!Files.isDirectory(folder)) {
            return Set.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            Set<Path> sorted = new TreeSet<>();
            files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(Files::isRegularFile)
                    .forEach(sorted::add);
            return sorted;
        }
    }

    @GuardedBy("this")
    private boolean removeMissing(Set<Path> present) {
        List<Path> missing =
                jars.keySet().stream().filter(path -> !present.contains(path)).toList();
        for (Path path : missing) {
            DeployedJar jar = jars.remove(path);
            Optional<Bundle> last = jar == null ? Optional.empty() : jar.remove();
            if (last.isPresent() && retirement.isEngaged(last.get())) {
                toRetire.add(last.get());
            } else {
                last.ifPresent(DeployedJar::uninstall);
            }
        }
        return !missing.isEmpty();
    }

    /** Takes over what an earlier run left in the framework's cache, or uninstalls it. */
    @GuardedBy("this")
    private void adopt(Set<Path> present) {
        for (Bundle bundle : context.getBundles()) {
            if (isOurs(bundle)) {
                present.stream()
                        .filter(file -> DeployedJar.isOf(file, bundle))
                        .findFirst()
                        .ifPresentOrElse(
                                file -> jar(file).adopt(bundle),
                                () -> DeployedJar.uninstall(bundle));
            }
        }
        adopted = true;
    }

    @GuardedBy("this")
    private void retireDisengaged() {
        for (Bundle old : List.copyOf(toRetire)) {
            if (!retirement.isEngaged(old)) {
                toRetire.remove(old);
                retirement.retire(old, () -> DeployedJar.uninstall(old));
            }
        }
    }

    @GuardedBy("this")
    private DeployedJar jar(Path file) {
        return jars.computeIfAbsent(file, path -> new DeployedJar(path, context, extender));
    }

    /** Stops to watch; bundles stay as they are. Returns after a scan that is under way. */
    @Override
    public void close() {
        closing.countDown();
        try {
            if (!ended.await(CLOSE_LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("A bundle of {} takes long to start or stop", folder);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("a thread was interrupted at the deploy watcher", e);
        }
    }
}
