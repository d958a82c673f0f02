package org.ashlar.checks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each rule finds what it is for, and lets the neighbouring right form pass. */
class TextRulesTest {

    @TempDir Path root;

    @BeforeEach
    void makePages() throws IOException {
        Files.createDirectories(root.resolve("docs"));
        Files.writeString(root.resolve("README.md"), "# Ashlar\n\n## Run it, now\n");
        Files.writeString(root.resolve("docs/page.md"), "# Page\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    [a](docs/page.md)                        | 0
                    [a](docs/page.md#page)                   | 0
                    [a](docs/page.md#other)                  | 1
                    [a](docs/none.md)                        | 1
                    [a](docs)                                | 0
                    [a](#run-it-now)                         | 0
                    [a](#run)                                | 1
                    ![a](docs/none.svg)                      | 1
                    <img src="docs/none.svg">                | 1
                    [a](https://example.org/none)            | 0
                    [a](docs/page.md) and [b](docs/none.md)  | 1
                    code: `[a](none)`                        | 0
                    """)
    void link_isJudged(String line, int findings) {
        assertEquals(findings, check("README.md", "# Ashlar\n## Run it, now\n" + line));
    }

    @Test
    void link_isRelativeToItsPage() {
        assertEquals(0, check("docs/page.md", "[home](../README.md#ashlar)"));
        assertEquals(1, check("docs/page.md", "[home](README.md)"));
    }

    @Test
    void link_insideFence_isIgnored() {
        assertEquals(0, check("README.md", "```\n[a](none)\n```\n"));
    }

    @Test
    void mark_ofUnfinishedWork_isFoundAnywhere() {
        assertEquals(1, check("pom.xml", "<!-- TO" + "DO -->"));
        assertEquals(1, check("a/A.java", "// FIX" + "ME"));
        assertEquals(0, check("a/A.java", "String todoList;"));
    }

    @Test
    void path_ofOneMachine_isFound() {
        assertEquals(1, check("run", "cd " + "/ho" + "me/ann/ashlar"));
        assertEquals(1, check("run", "cd " + "/ro" + "ot/x"));
        assertEquals(0, check("run", "cd ./root/x && cd https://example.org/root/y"));
    }

    private int check(String path, String text) {
        return new TextRules(root).check(new TextFile(path, text)).size();
    }
}
