package org.ashlar.dist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.felix.framework.Felix;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.tools.daemon.LayerHost;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.ServiceReference;
import org.osgi.framework.launch.Framework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running framework with everything that ships started in it, and the block layer that it offers.
 * Confined to the thread that started it.
 */
final class FrameworkHost implements LayerHost {
    private static final Logger LOG = LoggerFactory.getLogger("daemon");
    private static final String DEPLOY = "ashlar.deploy";
    private static final long STOP_LIMIT_MILLIS = 10_000;

    private final Framework framework;
    private final FrameworkFolder folder;
    private final ServiceReference<BlockLayer> reference;
    private final BlockLayer layer;

    private FrameworkHost(Framework framework, FrameworkFolder folder) throws IOException {
        this.framework = framework;
        this.folder = folder;
        BundleContext context = framework.getBundleContext();
        ServiceReference<BlockLayer> offered = context.getServiceReference(BlockLayer.class);
        if (offered == null) {
            throw new IOException("no bundle of the product offers a block layer");
        }
        this.reference = offered;
        this.layer = context.getService(offered);
    }

    /**
     * Starts the framework and every bundle of the product; returns once its block layer is there.
     *
     * @throws IOException if the product is incomplete; nothing is left running then
     */
    static FrameworkHost start(Home home) throws IOException {
        FrameworkFolder folder = FrameworkFolder.create();
        Framework framework = new Felix(configuration(home, folder.storage()));
        try {
            framework.start();
            startAll(install(home.bundles(), framework.getBundleContext()));
            return new FrameworkHost(framework, folder);
        } catch (BundleException e) {
            stop(framework, folder);
            throw new IOException("cannot start the framework: " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            stop(framework, folder);
            throw e;
        }
    }

    private static Map<String, Object> configuration(Home home, Path cache) throws IOException {
        Settings settings = home.settings();
        Map<String, Object> configuration = new HashMap<>();
        settings.values().forEach((key, value) -> configuration.put("ashlar." + key, value));
        configuration.put(DEPLOY, home.deploy(settings).toString());
        configuration.put("org.osgi.framework.storage", cache.toString());
        configuration.put("org.osgi.framework.system.packages.extra", SystemPackages.extra());
        // Felix would reach into java.net.URL by Unsafe; nothing here opens a bundle by URL.
        configuration.put("felix.service.urlhandlers", "false");
        configuration.put("felix.log.level", "2");
        configuration.put("felix.log.logger", new FelixLog());
        return configuration;
    }

    /** Installs by reference: the framework reads the jars where they are and copies none. */
    private static List<Bundle> install(List<Path> jars, BundleContext context) throws IOException {
        List<Bundle> bundles = new ArrayList<>();
        for (Path jar : jars) {
            try {
                bundles.add(context.installBundle("reference:" + jar.toUri()));
            } catch (BundleException e) {
                throw new IOException("cannot install " + jar + ": " + e.getMessage(), e);
            }
        }
        return bundles;
    }

    private static void startAll(List<Bundle> bundles) throws IOException {
        for (Bundle bundle : bundles) {
            try {
                bundle.start();
            } catch (BundleException e) {
                throw new IOException(
                        "cannot start " + bundle.getSymbolicName() + ": " + e.getMessage(), e);
            }
        }
    }

    @Override
    public BlockLayer layer() {
        return layer;
    }

    @Override
    public Optional<Path> deployFolder() {
        return Optional.of(Path.of(framework.getBundleContext().getProperty(DEPLOY)));
    }

    /**
     * Ends the layer, everything written and flushed, then the framework. The layer's bundle goes
     * first: it must see its drivers until it has closed its nodes.
     */
    @Override
    public void close() {
        Bundle core = reference.getBundle();
        try {
            if (core != null) {
                core.stop();
            }
        } catch (BundleException e) {
            LOG.error("the block layer did not end cleanly: {}", e.getMessage(), e);
        }
        stop(framework, folder);
    }

    private static void stop(Framework framework, FrameworkFolder folder) {
        try {
            framework.stop();
            framework.waitForStop(STOP_LIMIT_MILLIS);
        } catch (BundleException e) {
            LOG.error("the framework did not stop cleanly: {}", e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        folder.close();
    }
}
