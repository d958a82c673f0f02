package org.ashlar.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A class is put into the right module, and libraries are allowed where they belong. */
class ModulesTest {

    @ParameterizedTest
    @CsvSource({
        "jar:file:/m2/ashlar-spi-0.1.0-SNAPSHOT.jar!/p/A.class, spi",
        "jar:file:/a/drivers-raw/target/ashlar-drivers-raw-1.2.3.jar!/p/A.class, drivers-raw",
        "file:/a/exports-nbd/target/classes/p/A.class, exports-nbd",
    })
    void location_ofOurs_namesItsModule(String uri, String module) {
        assertEquals(Optional.of(module), Modules.ofLocation(uri));
    }

    @ParameterizedTest
    @CsvSource({
        "jar:file:/m2/guava-33.5.0-jre.jar!/p/A.class",
        "file:/a/checks/target/test-classes/org/ashlar/checks/A.class",
        "jrt:/java.base/java/lang/Object.class",
    })
    void location_ofOthers_isNoModule(String uri) {
        assertEquals(Optional.empty(), Modules.ofLocation(uri));
    }

    @ParameterizedTest
    @CsvSource({
        "spi, java.util.List, true",
        "spi, org.jspecify.annotations.Nullable, true",
        "spi, org.slf4j.Logger, false",
        "core, com.google.inject.Injector, true",
        "jobs, com.google.inject.Injector, false",
        "jobs, org.slf4j.Logger, true",
        "drivers-raw, org.osgi.framework.Bundle, false",
        "drivers-raw, sun.misc.Unsafe, false",
    })
    void library_isAllowedWhereItBelongs(String module, String className, boolean allowed) {
        assertEquals(allowed, Modules.mayUseLibrary(module, className));
    }

    @Test
    void arrows_pointDownOnly() {
        Modules.ARROWS.forEach((from, tos) ->
                tos.forEach(to -> assertEquals(false, Modules.ARROWS.get(to).contains(from))));
    }
}
