package org.ashlar.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule finds what it is for, and lets the neighbouring right form pass. */
class JavaRulesTest {

    private static final String MAIN = "core/src/main/java/p/A.java";
    private static final String SPI = "spi/src/main/java/p/A.java";
    private static final String TEST = "core/src/test/java/p/A.java";
    private static final TextFile MARKED =
            new TextFile(
                    "core/src/main/java/p/package-info.java", "/** D. */ @NullMarked package p;");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    core  | main | System.out.println(1);                          | 1
                    core  | test | System.err.println(1);                          | 1
                    tools | main | System.out.println(1);                          | 0
                    core  | main | t.interrupt();                                  | 1
                    core  | main | Thread.currentThread().interrupt();             | 0
                    core  | main | pool.shutdownNow();                             | 1
                    core  | test | pool.shutdownNow();                             | 0
                    core  | main | future.cancel(true);                            | 1
                    core  | main | future.cancel(false);                           | 0
                    core  | test | Thread.sleep(1);                                | 1
                    core  | test | TimeUnit.SECONDS.sleep(1);                      | 1
                    core  | main | Thread.sleep(1);                                | 0
                    itest | main | Thread.sleep(1);                                | 1
                    core  | main | new Thread(r).start();                          | 1
                    core  | main | new Thread(r) {};                               | 1
                    core  | main | Thread.ofVirtual().name("a").start(r);          | 0
                    core  | test | assumeTrue(b);                                  | 1
                    core  | test | Assumptions.assumeFalse(b);                     | 1
                    spi   | main | return null;                                    | 1
                    spi   | main | f(null);                                        | 1
                    spi   | main | if (a == null) { return; }                      | 0
                    spi   | main | switch (a) { case null -> f(); default -> g(); } | 0
                    core  | main | return null;                                    | 0
                    """)
    void statement_isJudged(String module, String set, String statement, int findings) {
        String path = module + "/src/" + set + "/java/p/A.java";
        TextFile file =
                new TextFile(
                        path, "package p;\n/** D. */\nclass A { void m() { " + statement + " } }");
        TextFile marked =
                new TextFile(module + "/src/main/java/p/package-info.java", MARKED.text());

        assertEquals(findings, JavaFiles.check(List.of(file, marked)).size());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    static int a;                   | 1
                    static final int A = 1;         | 0
                    int a;                          | 0
                    @Disabled void t() {}           | 1
                    class B extends Thread {}       | 1
                    """)
    void member_isJudged(String member, int findings) {
        assertEquals(findings, check(MAIN, "/** D. */\nclass A {\n" + member + "\n}").size());
    }

    @Test
    void type_whenUndocumented_isFoundInMainOnly() {
        assertEquals(1, check(MAIN, "class A {}").size());
        assertEquals(0, check(MAIN, "/// Markdown.\nclass A {}").size());
        assertEquals(0, check(TEST, "class A {}").size());
    }

    @Test
    void method_whenLongerThanTheLimit_isFound() {
        String atLimit = "void m() {\n" + "f();\n".repeat(JavaRules.METHOD_LINES_MAX - 2) + "}";
        String over = "void m() {\n" + "f();\n".repeat(JavaRules.METHOD_LINES_MAX - 1) + "}";

        assertEquals(0, check(MAIN, "/** D. */\nclass A {\n" + atLimit + "\n}").size());
        assertEquals(1, check(MAIN, "/** D. */\nclass A {\n" + over + "\n}").size());
    }

    @Test
    void file_whenLongerThanTheLimit_isFound() {
        String head = "/** D. */\nclass A {}";
        long lines = ("package p;\n" + head).lines().count();
        int missing = (int) (JavaRules.FILE_LINES_MAX - lines);

        assertEquals(0, check(MAIN, head + "\n//".repeat(missing)).size());
        assertEquals(1, check(MAIN, head + "\n//".repeat(missing + 1)).size());
    }

    @Test
    void finding_namesFileAndLine() {
        List<Finding> findings = check(SPI, "/** D. */\nclass A {\nObject o = null;\n}");

        assertEquals(1, findings.size());
        assertTrue(findings.getFirst().toString().startsWith(SPI + ":4: "), findings::toString);
    }

    @Test
    void file_whenNotJava_isFound() {
        assertEquals(1, check(MAIN, "/** D. */\nclass A { int }").size());
    }

    @Test
    void package_whenNotNullMarked_isFound() {
        TextFile type = new TextFile(MAIN, "package p;\n/** D. */ class A {}");
        TextFile unmarked = new TextFile(MARKED.path(), "/** D. */ package p;");

        assertEquals(1, JavaFiles.check(List.of(type, unmarked)).size());
        assertEquals(0, JavaFiles.check(List.of(type, MARKED)).size());
    }

    private static List<Finding> check(String path, String types) {
        TextFile file = new TextFile(path, "package p;\n" + types);
        TextFile marked = new TextFile(path.replace("A.java", "package-info.java"), MARKED.text());
        return JavaFiles.check(List.of(file, marked));
    }
}
