package org.ashlar.tools.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyValuesTest {

    @Test
    void parse_keysWithDots_makesObjects() throws Exception {
        OptionTree options =
                KeyValues.parse("qcow2,node-name=a,file.driver=file,file.filename=x", "driver")
                        .options();

        assertEquals(
                Map.of(
                        "driver",
                        "qcow2",
                        "node-name",
                        "a",
                        "file",
                        Map.of("driver", "file", "filename", "x")),
                options.values());
        assertTrue(options.isText());
    }

    @Test
    void parse_numberedKeys_makesList() throws Exception {
        OptionTree options = KeyValues.parse("children.0=x,children.1=y").options();

        assertEquals(List.of("x", "y"), options.list("children").orElseThrow());
    }

    @Test
    void parse_doubledComma_isOneCommaOfTheValue() throws Exception {
        assertEquals(
                Map.of("path", "a,b,", "x", "=,"),
                KeyValues.parse("path=a,,b,,,x==,,,").options().values());
    }

    @Test
    void parse_keyGivenTwice_hasItsLastValue() throws Exception {
        assertEquals(Map.of("a", "2"), KeyValues.parse("a=1,a=2").options().values());
    }

    @Test
    void parse_impliedKey_onlyForTheFirst() throws Exception {
        assertEquals(Map.of("driver", "raw"), KeyValues.parse("raw", "driver").options().values());
        assertEquals(
                Map.of("driver", "raw"),
                KeyValues.parse("driver=raw", "driver").options().values());
        assertThrows(BlockException.class, () -> KeyValues.parse("a=b,raw", "driver"));
    }

    @Test
    void parse_help_isSeenWhereverItStands() throws Exception {
        assertTrue(KeyValues.parse("help", "driver").help());
        assertTrue(KeyValues.parse("raw,?", "driver").help());
        assertFalse(KeyValues.parse("raw,help=1", "driver").help());
    }

    @Test
    void parse_nothing_isNothing() throws Exception {
        assertEquals(OptionTree.empty().values(), KeyValues.parse("").options().values());
    }

    @Test
    void parseOrJson_object_keepsTypes() throws Exception {
        OptionTree options =
                KeyValues.parseOrJson("{'a': 1, \"b\": [true, null]}", "driver").options();

        assertEquals(Map.of("a", 1L, "b", List.of(true, OptionTree.NONE)), options.values());
        assertFalse(options.isText());
    }

    /** What the reference says of the same text is what we say. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null-co,foo",
                "null-co,=b",
                "null-co,a..b=c",
                "null-co,.a=c",
                "null-co,a.=c",
                "null-co,size=1,size.x=2",
                "null-co,size.x=2,size=1",
                "null-co,a.b.c=1,a.b=2",
                "null-co,_x=x",
                "null-co,1=x",
                "null-co,a.1=x",
                "null-co,é=x",
                "null-co,a_b/c=x",
                "null-co,?=1",
                "null-co,__com.foo_=1",
                "null-co,help,x",
                "null-co,a.0=x,a.foo=y",
                "null-co,a.foo=y,a.0=x",
                "null-co,a.0.0=x,a.0.2=y",
                "null-co,a.99999999999999=b",
                "=null-co",
                ",driver=null-co",
                ",,a",
                "{\"a\":1",
                "{} x",
                "{\"a\":TT} TT",
                "{'a':1.",
                "{\"a\":\"x"
            })
    void parseOrJson_malformed_isRefusedInTheReferencesWords(String text) throws Exception {
        BlockException refused =
                assertThrows(BlockException.class, () -> KeyValues.parseOrJson(text, "driver"));

        assertEquals(referenceSays(text), refused.getMessage());
    }

    @Test
    void parse_longFragment_isRefusedInTheReferencesWords() throws Exception {
        String name = "x".repeat(128);

        for (String text : List.of("null-co," + name + "=1", "null-co,a." + name + ".b=1")) {
            BlockException refused =
                    assertThrows(BlockException.class, () -> KeyValues.parse(text, "driver"));
            assertEquals(referenceSays(text), refused.getMessage());
        }
        KeyValues.parse("a." + "x".repeat(127) + "=1");
    }

    private static String referenceSays(String text) throws Exception {
        Process reference =
                new ProcessBuilder("qemu-storage-daemon", "--blockdev", text)
                        .redirectErrorStream(true)
                        .start();
        try {
            String said =
                    new String(reference.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip();
            String prefix = "qemu-storage-daemon: --blockdev " + text + ": ";
            assertTrue(said.startsWith(prefix), said);
            return said.substring(prefix.length());
        } finally {
            reference.destroyForcibly().waitFor();
        }
    }
}
