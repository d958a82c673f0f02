package org.ashlar.spi.option;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Options as users give them, nested or dotted. */
class OptionTreeTest {

    private static OptionTree dotted(String... keysAndValues) {
        Map<String, String> flat = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            flat.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return OptionTree.dotted(flat);
    }

    @Test
    void dottedKeys_areNested_inTheOrderGiven() {
        OptionTree tree = dotted("driver", "qcow2", "file.driver", "file", "file.filename", "x");
        assertEquals(
                Map.of("driver", "qcow2", "file", Map.of("driver", "file", "filename", "x")),
                tree.values());
        assertEquals(
                List.of("driver", "file.driver", "file.filename"),
                List.copyOf(tree.flatten().keySet()));
        assertTrue(tree.isText());
        assertTrue(tree.subtree("file").orElseThrow().isText());
    }

    @Test
    void keyThatIsAValueAndAPrefix_isRefusedInEitherOrder() {
        IllegalArgumentException value =
                assertThrows(
                        IllegalArgumentException.class, () -> dotted("file", "x", "file.a", "y"));
        assertEquals("Parameters 'file.*' used inconsistently", value.getMessage());
        IllegalArgumentException prefix =
                assertThrows(
                        IllegalArgumentException.class, () -> dotted("file.a", "y", "file", "x"));
        assertEquals("Parameters 'file.*' used inconsistently", prefix.getMessage());
    }

    @Test
    void indices_areAList_ifTheyAreAllThere() {
        OptionTree tree = dotted("c.1", "b", "c.0", "a", "c.2.driver", "x");
        assertEquals(Optional.of(List.of("a", "b", Map.of("driver", "x"))), tree.list("c"));
        assertEquals(Optional.empty(), dotted("c.0", "a", "c.2", "b").list("c"), "a hole");
        assertEquals(Optional.empty(), dotted("c.0", "a", "c.x", "b").list("c"), "a stranger");
        assertEquals(Optional.empty(), dotted("c", "a").list("c"));
        OptionTree typed = OptionTree.typed(Map.of("c", Map.of("0", "a")));
        assertEquals(Optional.empty(), typed.list("c"), "JSON has lists of its own");
    }

    @Test
    void typedValues_keepTheirTypes() {
        Map<String, Object> given = new LinkedHashMap<>();
        given.put("number", 7);
        given.put("fraction", 1.5);
        given.put("nothing", null);
        given.put("list", List.of(1, Map.of("a", 2)));
        OptionTree tree = OptionTree.typed(given);
        assertEquals(Optional.of(7L), tree.find("number"));
        assertEquals(Optional.of(1.5), tree.find("fraction"));
        assertEquals(Optional.of(OptionTree.NONE), tree.find("nothing"));
        assertEquals("null", OptionTree.NONE.toString());
        assertEquals(Optional.of(List.of(1L, Map.of("a", 2L))), tree.find("list"));
        assertEquals(
                Map.of(
                        "number", 7L,
                        "fraction", 1.5,
                        "nothing", OptionTree.NONE,
                        "list.0", 1L,
                        "list.1.a", 2L),
                tree.flatten());
    }

    @Test
    void tree_isACopy_andCannotBeChanged() {
        List<Object> list = new ArrayList<>(List.of("a"));
        Map<String, Object> given = new LinkedHashMap<>(Map.of("list", list));
        OptionTree tree = OptionTree.typed(given);
        list.add("b");
        given.put("more", 1);
        assertEquals(Map.of("list", List.of("a")), tree.values());
        assertThrows(UnsupportedOperationException.class, () -> tree.values().put("x", 1));
        assertThrows(UnsupportedOperationException.class, () -> tree.values().remove("list"));
    }

    @Test
    void withAndWithout_leaveTheOriginal() {
        OptionTree tree = dotted("a", "1");
        OptionTree more = tree.with("b", dotted("c", "2")).with("a", "3");
        assertEquals(Map.of("a", "3", "b", Map.of("c", "2")), more.values());
        assertEquals(Map.of("a", "1"), tree.values());
        assertEquals(Map.of("a", "3"), more.without("b", "unknown").values());
    }

    @Test
    void text_andSubtree_areThereOnlyIfOfThatType() {
        OptionTree tree = OptionTree.typed(Map.of("text", "x", "number", 1, "object", Map.of()));
        assertEquals(Optional.of("x"), tree.text("text"));
        assertEquals(Optional.empty(), tree.text("number"));
        assertEquals(Optional.empty(), tree.subtree("text"));
        assertEquals(Optional.of(OptionTree.empty()), tree.subtree("object"));
        assertTrue(tree.has("number"));
        assertFalse(tree.has("nothing"));
    }

    @Test
    void equality_isOfValuesAndOfHowTheyAreRead() {
        assertEquals(dotted("a", "1"), dotted("a", "1"));
        assertNotEquals(dotted("a", "1"), OptionTree.typed(Map.of("a", "1")));
    }
}
