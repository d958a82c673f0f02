package org.ashlar.core.internal.osgi;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.spi.control.BlockLayer;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.framework.wiring.BundleWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the block layer with the core's bundle, shows it as a service, and ends it with the
 * bundle. Guarded by the framework, which calls start and stop one at a time.
 *
 * <p>The framework property {@value #DEPLOY} names a folder to watch for bundles; without it none
 * is watched.
 */
public class CoreActivator implements BundleActivator {
    /** The framework property that names the folder to watch. */
    public static final String DEPLOY = "ashlar.deploy";

    private static final Logger LOG = LoggerFactory.getLogger(CoreActivator.class);

    private final RunningLayer.Factory factory;

    /** What was started, the last first; it is ended in that order. */
    private final Deque<AutoCloseable> started = new ArrayDeque<>();

    /** Makes an activator of the layer that {@code factory} starts. */
    protected CoreActivator(RunningLayer.Factory factory) {
        this.factory = factory;
    }

    @Override
    public void start(BundleContext context) {
        try {
            Registry registry = new Registry();
            ServiceFeed feed = begun(new ServiceFeed(context, registry));
            feed.open();
            PluginExtender extender = begun(new PluginExtender(context));
            extender.open();
            RunningLayer layer = begun(factory.start(registry));
            String folder = context.getProperty(DEPLOY);
            if (folder != null) {
                BundleRetirement retirement = new Retirement(registry, extender, layer);
                begun(new DeployWatcher(context, Path.of(folder), extender, retirement)).open();
            }
            ServiceRegistration<BlockLayer> service =
                    context.registerService(
                            BlockLayer.class, layer.layer(), FrameworkUtil.asDictionary(Map.of()));
            started.push(service::unregister);
        } catch (RuntimeException | LinkageError e) {
            stop(context);
            throw e;
        }
    }

    /** Withdraws what a bundle contributes, before what is open of it goes to its successor. */
    private record Retirement(Registry registry, PluginExtender extender, RunningLayer layer)
            implements BundleRetirement {
        @Override
        public void retire(Bundle old, Runnable thenUninstall) {
            extender.withdraw(old);
            layer.retire(old, thenUninstall);
        }

        @Override
        public boolean isEngaged(Bundle old) {
            BundleWiring wiring = old.adapt(BundleWiring.class);
            return wiring != null && registry.isEngaged(wiring.getClassLoader());
        }
    }

    private <T extends AutoCloseable> T begun(T part) {
        started.push(part);
        return part;
    }

    @Override
    public void stop(BundleContext context) {
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (Exception e) {
                LOG.error("A part of the block layer failed to end", e);
            }
        }
    }
}
