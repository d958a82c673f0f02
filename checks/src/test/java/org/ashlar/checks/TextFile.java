package org.ashlar.checks;

import java.util.List;
import java.util.Set;

/**
 * One file of the project as text. Immutable.
 *
 * @param path from the project's root, with {@code /}; its first part names the module
 * @param text all of it
 */
record TextFile(String path, String text) {

    private static final Set<String> TEST_MODULES = Set.of("checks", "itest", "tck");

    /** Returns the module's folder, or the file's own name at the root. */
    String module() {
        int slash = path.indexOf('/');
        return slash < 0 ? path : path.substring(0, slash);
    }

    /**
     * Returns whether this is Java that ships or is run by others: not a test, nor a helper of one.
     */
    boolean isMainJava() {
        return isJava() && path.contains("/src/main/");
    }

    /**
     * Returns whether this is a test or a helper of tests; the harness for driver authors is one
     * too.
     */
    boolean isTestJava() {
        return isJava() && (path.contains("/src/test/") || TEST_MODULES.contains(module()));
    }

    boolean isJava() {
        return path.endsWith(".java");
    }

    boolean isMarkdown() {
        return path.endsWith(".md");
    }

    List<String> lines() {
        return text.lines().toList();
    }
}
