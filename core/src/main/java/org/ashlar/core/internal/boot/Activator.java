package org.ashlar.core.internal.boot;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Stage;
import java.time.Duration;
import org.ashlar.core.LayerSettings;
import org.ashlar.core.internal.layer.GraphServices;
import org.ashlar.core.internal.layer.LayerImpl;
import org.ashlar.core.internal.osgi.CoreActivator;
import org.ashlar.core.internal.osgi.RunningLayer;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.core.internal.update.DriverWatch;
import org.ashlar.spi.control.BlockLayer;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.wiring.BundleWiring;

/**
 * Starts the core's bundle. The framework properties {@value #CHANGE_LIMIT} and {@value
 * #ORPHAN_LIMIT}, in seconds, and {@value #IMPLICIT_OPENS} set what {@link LayerSettings} says.
 */
public final class Activator extends CoreActivator {
    static final String CHANGE_LIMIT = "ashlar.change-limit";
    static final String ORPHAN_LIMIT = "ashlar.orphan-limit";
    static final String IMPLICIT_OPENS = "ashlar.implicit-opens";

    /** Made by the framework. */
    public Activator() {
        super(Activator::start);
    }

    private static RunningLayer start(Registry registry) {
        LayerSettings settings = settings(FrameworkUtil.getBundle(Activator.class));
        Injector injector =
                Guice.createInjector(Stage.DEVELOPMENT, new CoreModule(registry, settings));
        LayerImpl layer = injector.getInstance(LayerImpl.class);
        DriverWatch watch = injector.getInstance(GraphServices.class).driverWatch();
        Registry.Registration listening = registry.listen(watch);
        return new Running(layer, watch, listening);
    }

    private static LayerSettings settings(Bundle core) {
        LayerSettings standard = LayerSettings.DEFAULT;
        BundleContext context = core.getBundleContext();
        String implicit = context.getProperty(IMPLICIT_OPENS);
        return new LayerSettings(
                implicit == null ? standard.implicitOpens() : Boolean.parseBoolean(implicit),
                seconds(context.getProperty(CHANGE_LIMIT), standard.changeLimit()),
                seconds(context.getProperty(ORPHAN_LIMIT), standard.orphanLimit()),
                standard.traceRequests());
    }

    private static Duration seconds(@Nullable String text, Duration otherwise) {
        return text == null
                ? otherwise
                : Duration.ofMillis((long) (Double.parseDouble(text) * 1000));
    }

    private record Running(LayerImpl running, DriverWatch watch, Registry.Registration listening)
            implements RunningLayer {
        @Override
        public BlockLayer layer() {
            return running;
        }

        @Override
        public void retire(Bundle old, Runnable thenUninstall) {
            ClassLoader loader = old.adapt(BundleWiring.class).getClassLoader();
            watch.whenUnused(loader, thenUninstall);
        }

        @Override
        public void close() {
            listening.close();
            running.close();
        }
    }
}
