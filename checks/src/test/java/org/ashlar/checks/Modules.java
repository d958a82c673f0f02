package org.ashlar.checks;

import com.tngtech.archunit.core.domain.JavaClass;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The arrows of the architecture: who may use whom, and which libraries. Without state.
 *
 * <p>A module is recognised by where a class was loaded from, a jar or a build folder, not by its
 * package's name: so a class in the wrong package is seen, too.
 */
final class Modules {

    private static final Pattern JAR =
            Pattern.compile(".*/ashlar-([a-z0-9-]+?)-\\d[^/]*\\.jar!/.*");
    private static final Pattern FOLDER = Pattern.compile(".*/([a-z0-9-]+)/target/classes/.*");

    private static final Set<String> SPI_ONLY = Set.of("spi");

    /** What each module may use of the others. */
    static final Map<String, Set<String>> ARROWS =
            Map.ofEntries(
                    Map.entry("spi", Set.of()),
                    Map.entry("core", SPI_ONLY),
                    Map.entry("tck", Set.of("spi", "core")),
                    Map.entry("drivers-raw", SPI_ONLY),
                    Map.entry("drivers-qcow2", SPI_ONLY),
                    Map.entry("drivers-quorum", SPI_ONLY),
                    Map.entry("drivers-nbd", SPI_ONLY),
                    Map.entry("jobs", SPI_ONLY),
                    Map.entry("exports-nbd", SPI_ONLY),
                    Map.entry("monitor-qmp", SPI_ONLY),
                    Map.entry("tools", Set.of("spi", "core")),
                    Map.entry("dist", Set.of("spi", "tools")));

    /** Bundles that export nothing: everybody reaches them through the SPI. */
    static final Set<String> CLOSED =
            Set.of(
                    "drivers-raw",
                    "drivers-qcow2",
                    "drivers-quorum",
                    "drivers-nbd",
                    "jobs",
                    "exports-nbd",
                    "monitor-qmp");

    /** The JDK, and annotations that nobody needs at run time. */
    private static final Set<String> EVERYWHERE =
            Set.of(
                    "java.",
                    "javax.",
                    "jdk.",
                    "org.jspecify.annotations.",
                    "org.osgi.annotation.",
                    "com.google.errorprone.annotations.");

    private static final Set<String> LOGGING = Set.of("org.slf4j.");

    private static final Map<String, Set<String>> LIBRARIES =
            Map.of(
                    "spi", Set.of(),
                    "core",
                            Set.of(
                                    "org.slf4j.",
                                    "com.google.inject.",
                                    "jakarta.inject.",
                                    "com.google.common.",
                                    "org.osgi."),
                    "tck", Set.of("org.slf4j.", "org.junit.jupiter.", "org.opentest4j."),
                    "drivers-qcow2", Set.of("org.slf4j.", "com.github.luben.zstd."),
                    "monitor-qmp", Set.of("org.slf4j."),
                    "tools",
                            Set.of(
                                    "org.slf4j.",
                                    "com.google.inject.",
                                    "jakarta.inject.",
                                    "picocli.",
                                    "org.osgi."),
                    "dist", Set.of("org.slf4j.", "org.osgi.", "org.apache.felix."));

    private Modules() {}

    /** Returns the module that the class comes from, or nothing if it is not one of ours. */
    static Optional<String> of(JavaClass type) {
        return type.getSource().flatMap(source -> ofLocation(source.getUri().toString()));
    }

    /** Returns the module that the location belongs to, or nothing if it is not one of ours. */
    static Optional<String> ofLocation(String uri) {
        for (Pattern pattern : new Pattern[] {JAR, FOLDER}) {
            Matcher matcher = pattern.matcher(uri);
            if (matcher.matches() && ARROWS.containsKey(matcher.group(1))) {
                return Optional.of(matcher.group(1));
            }
        }
        return Optional.empty();
    }

    /** Returns whether a class of the module may use a class that is not ours. */
    static boolean mayUseLibrary(String module, String className) {
        return startsWithOneOf(className, EVERYWHERE)
                || startsWithOneOf(className, LIBRARIES.getOrDefault(module, LOGGING));
    }

    private static boolean startsWithOneOf(String name, Set<String> prefixes) {
        return prefixes.stream().anyMatch(name::startsWith);
    }
}
