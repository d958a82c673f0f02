package org.ashlar.itest.osgi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Arrays;
import java.util.List;
import org.ashlar.spi.control.BlockLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;

/** What ships resolves, starts, and offers a block layer. */
@ExtendWith(InFramework.class)
public class CompositionIT {
    @Test
    public void bundles_whenInstalled_areAllActive() {
        List<String> idle =
                Arrays.stream(context().getBundles())
                        .filter(bundle -> bundle.getState() != Bundle.ACTIVE)
                        .map(Bundle::toString)
                        .toList();

        assertEquals(List.of(), idle);
    }

    @Test
    public void framework_whenStarted_offersABlockLayer() {
        assertNotNull(context().getServiceReference(BlockLayer.class));
    }

    private static BundleContext context() {
        return FrameworkUtil.getBundle(CompositionIT.class).getBundleContext();
    }
}
