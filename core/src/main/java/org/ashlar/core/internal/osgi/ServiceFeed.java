package org.ashlar.core.internal.osgi;

import java.util.List;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.Version;
import org.osgi.util.tracker.ServiceTracker;
import org.osgi.util.tracker.ServiceTrackerCustomizer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the registry with the services of the framework: those that plugins have registered and
 * those that bundles registered by themselves. Thread-safe: each service's place is kept by its
 * tracker.
 */
final class ServiceFeed implements AutoCloseable {
    /** The service property for a version other than the bundle's. */
    static final String VERSION = "version";

    private static final Logger LOG = LoggerFactory.getLogger(ServiceFeed.class);

    private final List<? extends ServiceTracker<?, ?>> trackers;

    ServiceFeed(BundleContext context, Registry registry) {
        this.trackers = Kind.ALL.stream().map(kind -> tracker(context, registry, kind)).toList();
    }

    private static <T> ServiceTracker<T, Fed> tracker(
            BundleContext context, Registry registry, Kind<T> kind) {
        return new ServiceTracker<>(
                context, kind.type(), new Customizer<>(context, registry, kind));
    }

    /** Begins with the services that are there. */
    void open() {
        trackers.forEach(ServiceTracker::open);
    }

    @Override
    public void close() {
        trackers.reversed().forEach(ServiceTracker::close);
    }

    /** Returns where a service stands among those of the same name. */
    static Rank rankOf(ServiceReference<?> reference) {
        int ranking =
                reference.getProperty(Constants.SERVICE_RANKING) instanceof Integer given
                        ? given
                        : 0;
        Version version =
                reference.getProperty(VERSION) instanceof String given
                        ? parse(given, reference)
                        : reference.getBundle().getVersion();
        return new Rank(
                ranking,
                new Rank.Version(
                        version.getMajor(),
                        version.getMinor(),
                        version.getMicro(),
                        version.getQualifier()));
    }

    private static Version parse(String text, ServiceReference<?> reference) {
        try {
            return Version.parseVersion(text);
        } catch (IllegalArgumentException e) {
            LOG.warn("{} has a malformed version '{}'", reference, text);
            return Version.emptyVersion;
        }
    }

    /** A service's place in the registry; written by the tracker's calls for it, one at a time. */
    private static final class Fed {
        private volatile Registration place;

        Fed(Registration place) {
            this.place = place;
        }
    }

    private record Customizer<T>(BundleContext context, Registry registry, Kind<T> kind)
            implements ServiceTrackerCustomizer<T, Fed> {

        @Override
        @SuppressWarnings("NullAway") // null is how a tracker is told to leave a service alone
        public @Nullable Fed addingService(ServiceReference<T> reference) {
            T service = context.getService(reference);
            if (service == null) {
                return null;
            }
            try {
                return new Fed(registry.add(kind, service, rankOf(reference)));
            } catch (RuntimeException | LinkageError e) {
                LOG.error("{} cannot be used", reference, e);
                context.ungetService(reference);
                return null;
            }
        }

        /** Adds it anew before it withdraws it, so that its name is served all the time. */
        @Override
        public void modifiedService(ServiceReference<T> reference, Fed fed) {
            T service = context.getService(reference);
            if (service != null) {
                Registration before = fed.place;
                fed.place = registry.add(kind, service, rankOf(reference));
                before.close();
                context.ungetService(reference);
            }
        }

        @Override
        public void removedService(ServiceReference<T> reference, Fed fed) {
            fed.place.close();
            context.ungetService(reference);
        }
    }
}
