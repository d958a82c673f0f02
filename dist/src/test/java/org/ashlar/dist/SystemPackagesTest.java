package org.ashlar.dist;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class SystemPackagesTest {

    @Test
    void extra_namesWhatBundlesShareWithTheHost_withVersions() throws IOException {
        String packages = SystemPackages.extra();

        assertTrue(packages.contains("org.ashlar.spi;version=\"0.1.0\""), packages);
        assertTrue(packages.contains("org.ashlar.spi.control;version=\"0.1.0\""), packages);
        assertTrue(packages.contains("org.slf4j;"), packages);
    }
}
