package org.ashlar.monitor.qmp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.ashlar.spi.control.Json;
import org.junit.jupiter.api.Test;

class SchemaTest {

    /**
     * Those whose types depend on which drivers and exports are there, where the reference lists
     * all it knows; and one that the version compared with has less to say of.
     */
    private static final Set<String> VARYING =
            Set.of(
                    "blockdev-add",
                    "blockdev-reopen",
                    "blockdev-create",
                    "block-export-add",
                    "object-add",
                    "query-named-block-nodes",
                    "query-qmp-schema");

    private static Map<String, Map<?, ?>> schema(Client client) throws Exception {
        client.negotiate().send("{'execute':'query-qmp-schema'}");
        Map<String, Map<?, ?>> entries = new TreeMap<>();
        for (Object entry : (List<?>) client.message().get("return")) {
            Map<?, ?> members = (Map<?, ?>) entry;
            entries.put(String.valueOf(members.get("name")), members);
        }
        return entries;
    }

    private static Map<String, Map<?, ?>> ours() throws Exception {
        FakeLayer layer = new FakeLayer();
        layer.drivers.nodes.add(new NullDriver());
        layer.drivers.nodes.add(new CreatingDriver());
        layer.drivers.exports.add(new NoExport());
        try (Bench bench = Bench.overPipes(layer)) {
            return schema(bench.client);
        }
    }

    /**
     * Returns a type with the types it refers to in place of their numbers. Types of jobs and
     * exports are left out: here anybody may add one, so that they are texts.
     */
    private static Object resolved(Map<String, Map<?, ?>> schema, Object name, int depth) {
        Map<?, ?> type = schema.get(String.valueOf(name));
        return switch (String.valueOf(type.get("meta-type"))) {
            case "builtin" -> name;
            case "array" -> List.of(resolved(schema, type.get("element-type"), depth));
            case "enum" -> "enum";
            case "object" -> {
                Map<String, Object> members = new TreeMap<>();
                for (Object entry : (List<?>) type.get("members")) {
                    Map<?, ?> member = (Map<?, ?>) entry;
                    String optional = member.containsKey("default") ? "?" : "";
                    members.put(
                            member.get("name") + optional,
                            depth == 0 || "type".equals(member.get("name"))
                                    ? "..."
                                    : resolved(schema, member.get("type"), depth - 1));
                }
                yield members;
            }
            default -> String.valueOf(type.get("meta-type"));
        };
    }

    @Test
    void commandsAndEvents_thatBothHave_lookLikeTheReferences() throws Exception {
        Map<String, Map<?, ?>> ours = ours();
        Map<String, Map<?, ?>> theirs;
        try (Reference reference = new Reference("pretty=off")) {
            theirs = schema(reference.client);
        }
        int compared = 0;
        for (Map.Entry<String, Map<?, ?>> entry : ours.entrySet()) {
            Map<?, ?> our = entry.getValue();
            Map<?, ?> their = theirs.get(entry.getKey());
            String meta = String.valueOf(our.get("meta-type"));
            boolean entity = meta.equals("command") || meta.equals("event");
            if (entity && their != null && !VARYING.contains(entry.getKey())) {
                for (String part : List.of("arg-type", "ret-type")) {
                    assertEquals(
                            their.containsKey(part) ? resolved(theirs, their.get(part), 4) : "none",
                            our.containsKey(part) ? resolved(ours, our.get(part), 4) : "none",
                            () -> part + " of " + entry.getKey());
                }
                compared++;
            }
        }
        assertTrue(compared > 25, "compared only " + compared);
    }

    @Test
    void types_thatAreReferredTo_areDescribedOnce() throws Exception {
        Map<String, Map<?, ?>> schema = ours();
        List<String> missing = new ArrayList<>();
        for (String name : references(new ArrayList<>(schema.values()))) {
            if (!schema.containsKey(name)) {
                missing.add(name);
            }
        }
        assertEquals(List.of(), missing);
    }

    private static Set<String> references(Object value) {
        Set<String> found = new HashSet<>();
        switch (value) {
            case Map<?, ?> members ->
                    members.forEach((name, member) -> {
                        boolean reference =
                                Set.of("type", "arg-type", "ret-type", "element-type")
                                        .contains(name);
                        if (reference && member instanceof String text) {
                            found.add(text);
                        } else {
                            found.addAll(references(member));
                        }
                    });
            case List<?> items -> items.forEach(item -> found.addAll(references(item)));
            default -> {}
        }
        return found;
    }

    @Test
    void entries_haveTheMembersOfTheReferences() throws Exception {
        Map<String, Map<?, ?>> theirs;
        try (Reference reference = new Reference("pretty=off")) {
            theirs = schema(reference.client);
        }
        assertEquals(memberNames(theirs), memberNames(ours()));
    }

    /** Returns which members entries of each kind always or sometimes have. */
    private static Map<String, Set<String>> memberNames(Map<String, Map<?, ?>> schema) {
        Map<String, Set<String>> names = new TreeMap<>();
        for (Map<?, ?> entry : schema.values()) {
            Set<String> known =
                    names.computeIfAbsent(
                            String.valueOf(entry.get("meta-type")), _ -> new TreeSet<>());
            entry.keySet().forEach(name -> known.add(String.valueOf(name)));
        }
        names.get("command").remove("allow-oob");
        names.get("object").remove("features");
        return names;
    }

    @Test
    void blockdevAdd_hasAVariantOfEachDriver() throws Exception {
        Map<String, Map<?, ?>> schema = ours();
        Map<?, ?> node = schema.get(String.valueOf(schema.get("blockdev-add").get("arg-type")));
        Map<Object, Object> variants = new TreeMap<>();
        for (Object entry : (List<?>) node.get("variants")) {
            Map<?, ?> variant = (Map<?, ?>) entry;
            variants.put(variant.get("case"), resolved(schema, variant.get("type"), 1));
        }

        assertEquals("driver", node.get("tag"));
        assertEquals(
                Map.of(
                        "null-co",
                        Map.of("size?", "int", "latency-ns?", "int", "read-zeroes?", "bool"),
                        "img",
                        Map.of("file", "alternate")),
                variants);
        assertTrue(Json.print(node).contains("cache"));
    }
}
