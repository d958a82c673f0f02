package org.ashlar.checks;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toCollection;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.lang.syntax.ArchRuleDefinition;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.jar.Attributes;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The arrows between the modules hold, in the class files and in the bundles' manifests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArchitectureTest {

    private final JavaClasses classes = new ClassFileImporter().importPackages("org.ashlar");

    @Test
    void modules_withSources_areSeen() throws IOException {
        var seen =
                classes.stream()
                        .flatMap(type -> Modules.of(type).stream())
                        .collect(toCollection(TreeSet::new));
        var written = new TreeSet<String>();
        for (String module : Modules.ARROWS.keySet()) {
            if (hasSources(
                    ProjectFiles.ofThisProject().root().resolve(module).resolve("src/main/java"))) {
                written.add(module);
            }
        }

        assertTrue(written.contains("spi"), "no spi");
        assertEquals(written, seen);
    }

    @Test
    void classes_useOnlyWhatTheirModuleMayUse() {
        check(
                "use only what their module may use",
                use -> {
                    String from = Modules.of(use.getOriginClass()).orElseThrow();
                    Optional<String> to = Modules.of(target(use));
                    boolean allowed =
                            to.isPresent()
                                    ? to.get().equals(from)
                                            || Modules.ARROWS.get(from).contains(to.get())
                                    : isPrimitive(use)
                                            || Modules.mayUseLibrary(from, target(use).getName());
                    return allowed
                            ? Optional.empty()
                            : Optional.of(from + " may not use " + to.orElse("this library"));
                });
    }

    @Test
    void internalPackages_areUsedByTheirOwnModuleOnly() {
        check(
                "use internal packages of their own module only",
                use -> {
                    Optional<String> to = Modules.of(target(use));
                    boolean foreign =
                            to.isPresent() && !to.equals(Modules.of(use.getOriginClass()));
                    return foreign && (target(use).getPackageName() + ".").contains(".internal.")
                            ? Optional.of("internal to " + to.get())
                            : Optional.empty();
                });
    }

    @Test
    void packages_areInOneModuleEach() {
        SortedMap<String, TreeSet<String>> split =
                classes.stream()
                        .filter(type -> Modules.of(type).isPresent())
                        .collect(
                                groupingBy(
                                        JavaClass::getPackageName,
                                        TreeMap::new,
                                        mapping(
                                                type -> Modules.of(type).orElseThrow(),
                                                toCollection(TreeSet::new))));
        split.values().removeIf(modules -> modules.size() == 1);

        assertEquals(Map.of(), split);
    }

    @Test
    void closedBundles_exportNothingAndImportNoCore() throws IOException {
        SortedMap<String, Attributes> manifests = manifests();

        assertTrue(
                manifests.keySet().containsAll(Modules.CLOSED),
                () -> "bundles seen: " + manifests.keySet());
        for (String module : Modules.CLOSED) {
            Attributes headers = manifests.get(module);
            assertEquals("", header(headers, "Export-Package"), module);
            assertEquals(
                    List.of(),
                    packages(header(headers, "Import-Package"))
                            .filter(name ->
                                    name.startsWith("org.ashlar.")
                                            && !name.startsWith("org.ashlar.spi"))
                            .toList(),
                    module);
        }
    }

    @Test
    void bundles_exportNoInternalPackage() throws IOException {
        manifests()
                .forEach((module, headers) ->
                        assertEquals(
                                List.of(),
                                packages(header(headers, "Export-Package"))
                                        .filter(name -> (name + ".").contains(".internal."))
                                        .toList(),
                                module));
    }

    private void check(String description, Function<Dependency, Optional<String>> complaint) {
        ArchCondition<JavaClass> condition =
                new ArchCondition<>(description) {
                    @Override
                    public void check(JavaClass type, ConditionEvents events) {
                        if (Modules.of(type).isPresent()) {
                            type.getDirectDependenciesFromSelf()
                                    .forEach(use ->
                                            complaint
                                                    .apply(use)
                                                    .ifPresent(text ->
                                                            events.add(
                                                                    SimpleConditionEvent.violated(
                                                                            use,
                                                                            text
                                                                                    + ": "
                                                                                    + use
                                                                                            .getDescription()))));
                        }
                    }
                };
        ArchRuleDefinition.classes().should(condition).allowEmptyShould(true).check(classes);
    }

    private static JavaClass target(Dependency use) {
        return use.getTargetClass().getBaseComponentType();
    }

    private static boolean isPrimitive(Dependency use) {
        return target(use).isPrimitive();
    }

    private static boolean hasSources(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.anyMatch(file -> file.toString().endsWith(".java"));
        }
    }

    private static SortedMap<String, Attributes> manifests() throws IOException {
        SortedMap<String, Attributes> manifests = new TreeMap<>();
        for (URL url :
                Collections.list(
                        ArchitectureTest.class
                                .getClassLoader()
                                .getResources("META-INF/MANIFEST.MF"))) {
            Optional<String> module = Modules.ofLocation(url.toString());
            if (module.isPresent()) {
                try (InputStream in = url.openStream()) {
                    manifests.put(module.get(), new Manifest(in).getMainAttributes());
                }
            }
        }
        return manifests;
    }

    private static String header(Attributes headers, String name) {
        String value = headers.getValue(name);
        return value == null ? "" : value;
    }

    /**
     * Splits a header into its packages' names, leaving out attributes, whose quoted ranges contain
     * commas.
     */
    private static Stream<String> packages(String header) {
        return Stream.of(header.replaceAll("\"[^\"]*\"", "").split(",", -1))
                .map(clause -> clause.split(";", 2)[0].strip())
                .filter(name -> !name.isEmpty());
    }
}
