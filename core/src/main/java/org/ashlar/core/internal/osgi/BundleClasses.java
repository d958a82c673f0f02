package org.ashlar.core.internal.osgi;

import java.util.Collection;
import org.osgi.framework.Bundle;
import org.osgi.framework.wiring.BundleWiring;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads all classes of a bundle while it is there: an object outlives its bundle, but a class that
 * was not loaded before the bundle was updated or uninstalled is gone for good. Stateless.
 */
final class BundleClasses {
    private static final Logger LOG = LoggerFactory.getLogger(BundleClasses.class);
    private static final String SUFFIX = ".class";

    private BundleClasses() {}

    /** Loads every class of the bundle's own content; returns how many it loaded. */
    static int load(Bundle bundle) {
        BundleWiring wiring = bundle.adapt(BundleWiring.class);
        if (wiring == null) {
            return 0;
        }
        Collection<String> resources =
                wiring.listResources(
                        "/",
                        "*" + SUFFIX,
                        BundleWiring.LISTRESOURCES_RECURSE | BundleWiring.LISTRESOURCES_LOCAL);
        int loaded = 0;
        for (String resource : resources) {
            loaded += load(bundle, nameOf(resource)) ? 1 : 0;
        }
        return loaded;
    }

    private static String nameOf(String resource) {
        return resource.substring(0, resource.length() - SUFFIX.length()).replace('/', '.');
    }

    /** A class that lacks what it needs, such as an optional library, is left alone. */
    private static boolean load(Bundle bundle, String className) {
        if (className.endsWith("-info")) {
            return false;
        }
        try {
            bundle.loadClass(className);
            return true;
        } catch (ClassNotFoundException | LinkageError e) {
            LOG.debug("{}: {} cannot be loaded", bundle.getSymbolicName(), className, e);
            return false;
        }
    }
}
