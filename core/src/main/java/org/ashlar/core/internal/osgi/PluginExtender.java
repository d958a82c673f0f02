package org.ashlar.core.internal.osgi;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.spi.Plugin;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleEvent;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.util.tracker.BundleTracker;
import org.osgi.util.tracker.BundleTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the plugins of every bundle that starts, and registers what they contribute as services of
 * that bundle, until it stops. Thread-safe: what a bundle has registered is kept by the tracker.
 */
final class PluginExtender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PluginExtender.class);
    private static final String ENTRY = "META-INF/services/" + Plugin.class.getName();

    private final BundleTracker<Published> tracker;

    PluginExtender(BundleContext context) {
        this.tracker = new BundleTracker<>(context, Bundle.ACTIVE, new Customizer());
    }

    /** Begins with the bundles that are active. */
    void open() {
        tracker.open();
    }

    /** Returns whether a bundle that has started names plugins, and they could be made. */
    boolean hasPlugins(Bundle bundle) {
        Published published = tracker.getObject(bundle);
        return published != null && !published.failed;
    }

    /** Returns whether a bundle that has started names a plugin that could not be made. */
    boolean hasFailed(Bundle bundle) {
        Published published = tracker.getObject(bundle);
        return published != null && published.failed;
    }

    /**
     * Withdraws what a bundle's plugins contribute while the bundle stays active, so that what is
     * open on its drivers keeps its classes.
     */
    void withdraw(Bundle bundle) {
        Published published = tracker.getObject(bundle);
        if (published != null) {
            published.withdraw();
        }
    }

    @Override
    public void close() {
        tracker.close();
    }

    private static final class Customizer implements BundleTrackerCustomizer<Published> {
        @Override
        @SuppressWarnings("NullAway") // null is how a tracker is told to leave a bundle alone
        public @Nullable Published addingBundle(Bundle bundle, @Nullable BundleEvent event) {
            URL entry = bundle.getEntry(ENTRY);
            return entry == null ? null : publish(bundle, entry);
        }

        @Override
        public void modifiedBundle(
                Bundle bundle, @Nullable BundleEvent event, Published published) {}

        @Override
        public void removedBundle(Bundle bundle, @Nullable BundleEvent event, Published published) {
            published.withdraw();
        }
    }

    /** Registers all that a bundle's plugins contribute, or nothing if one of them fails. */
    private static Published publish(Bundle bundle, URL entry) {
        try {
            int classes = BundleClasses.load(bundle);
            List<Offer<?>> offers = new ArrayList<>();
            for (String className : readNames(entry)) {
                Plugin plugin = newPlugin(bundle, className);
                Kind.ALL.forEach(kind -> offers.addAll(Offer.of(kind, plugin)));
            }
            LOG.debug("{} {}: {} classes", nameOf(bundle), bundle.getVersion(), classes);
            Published published = new Published(false);
            offers.forEach(offer -> published.add(bundle, offer));
            return published;
        } catch (IOException | ReflectiveOperationException | RuntimeException | LinkageError e) {
            Throwable why = e instanceof InvocationTargetException ? e.getCause() : e;
            String reason = String.valueOf(why); // as it is, it would be logged with its trace
            LOG.error("{} {}: its plugin failed: {}", nameOf(bundle), bundle.getVersion(), reason);
            LOG.debug("Where it failed", why);
            return new Published(true);
        }
    }

    private static String nameOf(Bundle bundle) {
        return String.valueOf(bundle.getSymbolicName());
    }

    /** Reads class names, one a line, with comments from {@code #} on, as ServiceLoader does. */
    private static List<String> readNames(URL entry) throws IOException {
        try (BufferedReader reader =
                new BufferedReader(
                        new InputStreamReader(entry.openStream(), StandardCharsets.UTF_8))) {
            return reader.lines()
                    .map(line -> line.replaceFirst("#.*", "").strip())
                    .filter(line -> !line.isEmpty())
                    .toList();
        }
    }

    private static Plugin newPlugin(Bundle bundle, String className)
            throws ReflectiveOperationException {
        Class<?> type = bundle.loadClass(className);
        if (!Plugin.class.isAssignableFrom(type)) {
            throw new ClassCastException(className + " is no Plugin of this version of the SPI");
        }
        return Plugin.class.cast(type.getConstructor().newInstance());
    }

    /** One thing that a plugin contributes. Immutable. */
    private record Offer<T>(Kind<T> kind, T value, String name) {
        static <T> List<Offer<T>> of(Kind<T> kind, Plugin plugin) {
            return kind.listed().apply(plugin).stream()
                    .map(value -> new Offer<T>(kind, value, kind.name().apply(value)))
                    .toList();
        }

        ServiceRegistration<T> register(Bundle bundle) {
            Map<String, Object> properties =
                    Map.of(
                            kind.property(),
                            name,
                            ServiceFeed.VERSION,
                            bundle.getVersion().toString());
            return bundle.getBundleContext()
                    .registerService(kind.type(), value, FrameworkUtil.asDictionary(properties));
        }
    }

    /** What one bundle has registered. Guarded by itself; unregistering is done without it. */
    private static final class Published {
        private final boolean failed;
        private List<ServiceRegistration<?>> services = new ArrayList<>();

        Published(boolean failed) {
            this.failed = failed;
        }

        void add(Bundle bundle, Offer<?> offer) {
            ServiceRegistration<?> service = offer.register(bundle);
            synchronized (this) {
                services.add(service);
            }
        }

        void withdraw() {
            List<ServiceRegistration<?>> last;
            synchronized (this) {
                last = services;
                services = new ArrayList<>();
            }
            for (ServiceRegistration<?> service : last.reversed()) {
                try {
                    service.unregister();
                } catch (IllegalStateException e) {
                    LOG.debug("The framework has withdrawn it with its bundle", e);
                }
            }
        }
    }
}
