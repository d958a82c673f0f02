package org.ashlar.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every source of the project keeps the rules of {@link JavaRules} and {@link TextRules}. */
class TidyTest {

    private final ProjectFiles project = ProjectFiles.ofThisProject();
    private final List<TextFile> files = project.read();

    @Test
    void project_whenRead_hasSources() {
        assertFalse(files.stream().noneMatch(TextFile::isJava), "no Java below " + project.root());
    }

    @Test
    void javaFiles_keepTheRules() {
        assertNone(JavaFiles.check(files));
    }

    @Test
    void texts_keepTheRules() {
        TextRules rules = new TextRules(project.root());
        assertNone(files.stream().flatMap(file -> rules.check(file).stream()).toList());
    }

    private static void assertNone(List<Finding> findings) {
        assertEquals(
                "", findings.stream().map(Finding::toString).collect(Collectors.joining("\n")));
    }
}
