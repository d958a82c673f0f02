package org.ashlar.core.internal.osgi;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.felix.framework.FrameworkFactory;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;

/** A framework that exports the SPI from the class path. Confined to a test. */
final class TestFramework {
    private static final String SPI =
            "org.ashlar.spi,org.ashlar.spi.option,org.ashlar.spi.control,org.ashlar.spi.export,"
                    + "org.ashlar.spi.job";

    private final Framework framework;

    TestFramework(Path storage, Map<String, String> more) throws BundleException {
        Map<String, String> config = new HashMap<>(more);
        config.put(Constants.FRAMEWORK_STORAGE, storage.toString());
        config.put(Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA, SPI);
        config.put("felix.service.urlhandlers", "false");
        framework = new FrameworkFactory().newFramework(config);
        framework.start();
    }

    BundleContext context() {
        return framework.getBundleContext();
    }

    /** Returns the bundles of the watched folder as "version state". */
    List<String> bundles() {
        return Arrays.stream(context().getBundles())
                .filter(bundle -> bundle.getBundleId() != 0)
                .map(bundle -> bundle.getVersion() + " " + stateOf(bundle))
                .toList();
    }

    private static String stateOf(Bundle bundle) {
        return bundle.getState() == Bundle.ACTIVE ? "active" : "not active";
    }

    void close() throws BundleException, InterruptedException {
        framework.stop();
        framework.waitForStop(20_000);
    }
}
