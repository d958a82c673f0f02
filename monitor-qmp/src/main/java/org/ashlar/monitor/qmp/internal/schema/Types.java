package org.ashlar.monitor.qmp.internal.schema;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.option.OptionTree;

/**
 * The types of a schema, each described once. Built-in types and lists go by names of their own,
 * all others by numbers, so that nobody relies on what they are called. Confined to one answer.
 */
final class Types {

    private final Map<Shape, String> names = new HashMap<>();
    private final List<Map<String, Object>> entries = new ArrayList<>();
    private int next;

    /** Makes types of which number 0 is the object without members, as in the reference. */
    Types() {
        name(Shape.NOTHING);
    }

    /** Returns what was described so far. */
    List<Map<String, Object>> entries() {
        return entries;
    }

    /** Returns the name of a type, describing it when it is new. */
    String name(Shape shape) {
        String known = names.get(shape);
        if (known != null) {
            return known;
        }
        return switch (shape) {
            case Shape.Scalar scalar -> builtin(scalar);
            case Shape.ListOf list -> list(list, name(list.item()));
            case Shape.Choice choice -> enumeration(choice);
            case Shape.OneOf kinds -> alternate(kinds);
            case Shape.Members object -> object(object);
        };
    }

    private String builtin(Shape.Scalar scalar) {
        Map<String, Object> entry = entry(scalar.name(), "builtin");
        entry.put("json-type", scalar.json());
        names.put(scalar, scalar.name());
        return scalar.name();
    }

    private String list(Shape list, String item) {
        String name = listOf(item);
        names.put(list, name);
        return name;
    }

    /** Returns the name of a list of the type of that name, describing it when it is new. */
    String listOf(String item) {
        String name = "[" + item + "]";
        if (entries.stream().noneMatch(entry -> name.equals(entry.get("name")))) {
            entry(name, "array").put("element-type", item);
        }
        return name;
    }

    private String enumeration(Shape.Choice choice) {
        String name = number(choice);
        Map<String, Object> entry = entry(name, "enum");
        entry.put("members", choice.values().stream().map(value -> Map.of("name", value)).toList());
        entry.put("values", choice.values());
        return name;
    }

    private String alternate(Shape.OneOf kinds) {
        String name = number(kinds);
        putKinds(name, kinds.kinds().stream().map(this::name).toList());
        return name;
    }

    private String object(Shape.Members object) {
        String name = number(object);
        Map<String, Object> entry = entry(name, "object");
        entry.put("members", members(object.members()));
        return name;
    }

    /** Returns an object's members as a schema tells them. */
    List<Map<String, Object>> members(List<Shape.Member> members) {
        List<Map<String, Object>> described = new ArrayList<>();
        for (Shape.Member member : members) {
            described.add(member(member.name(), name(member.shape()), member.optional()));
        }
        return described;
    }

    /** Returns one member. */
    static Map<String, Object> member(String name, String type, boolean optional) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("name", name);
        if (optional) {
            described.put("default", OptionTree.NONE);
        }
        described.put("type", type);
        return described;
    }

    /**
     * Returns a number for a type that may refer to itself; it is described by one of the methods
     * below.
     */
    String reserve() {
        return Integer.toString(next++);
    }

    /** Describes a reserved number as an object. */
    void putObject(String name, List<Map<String, Object>> members) {
        entry(name, "object").put("members", members);
    }

    /** Describes a reserved number as an alternate of types. */
    void putKinds(String name, List<String> types) {
        entry(name, "alternate")
                .put("members", types.stream().map(type -> Map.of("type", type)).toList());
    }

    /** Describes a reserved number as an object whose members depend on one of them. */
    void putVariants(
            String name,
            List<Map<String, Object>> members,
            String tag,
            Map<String, String> variants) {
        Map<String, Object> entry = entry(name, "object");
        entry.put("tag", tag);
        List<Map<String, Object>> cases = new ArrayList<>();
        variants.forEach((value, type) -> {
            Map<String, Object> variant = new LinkedHashMap<>();
            variant.put("case", value);
            variant.put("type", type);
            cases.add(variant);
        });
        entry.put("variants", cases);
        entry.put("members", members);
    }

    private String number(Shape shape) {
        String name = reserve();
        names.put(shape, name);
        return name;
    }

    private Map<String, Object> entry(String name, String metaType) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", name);
        entry.put("meta-type", metaType);
        entries.add(entry);
        return entry;
    }
}
