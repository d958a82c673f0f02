package org.ashlar.spi.option;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Options as a user gave them: nested objects, lists and scalars, as in JSON. Immutable.
 *
 * <p>Values are {@link String}, {@link Long}, {@link java.math.BigInteger} (what is too large for a
 * {@code long}), {@link Double}, {@link Boolean}, {@link #NONE} (JSON null), a {@link List} or a
 * {@link Map}. Where {@link #isText()}, scalars came as text (from a command line) and numbers are
 * to be parsed.
 */
public final class OptionTree {

    /** Stands for JSON's null. */
    public static final Object NONE = None.NONE;

    private static final OptionTree EMPTY = new OptionTree(Map.of(), false);

    private final Map<String, Object> values;
    private final boolean text;

    private OptionTree(Map<String, Object> values, boolean text) {
        this.values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
        this.text = text;
    }

    /** Returns no options. */
    public static OptionTree empty() {
        return EMPTY;
    }

    /**
     * Returns options whose scalars have their types already, as from JSON; {@code null} values
     * become {@link #NONE}.
     */
    public static OptionTree typed(Map<String, ? extends @Nullable Object> values) {
        return new OptionTree(copy(values), false);
    }

    /**
     * Returns options from dotted keys, such as {@code file.filename}, whose values are text to be
     * parsed.
     */
    public static OptionTree dotted(Map<String, String> values) {
        return new OptionTree(DottedKeys.nest(values), true);
    }

    /** Returns whether scalars are text to be parsed. */
    public boolean isText() {
        return text;
    }

    /** Returns the top-level values. */
    public Map<String, Object> values() {
        return values;
    }

    /** Returns whether there is a value, {@link #NONE} included. */
    public boolean has(String key) {
        return values.containsKey(key);
    }

    /** Returns the value at a top-level key. */
    public Optional<Object> find(String key) {
        return Optional.ofNullable(values.get(key));
    }

    /** Returns the text at a top-level key, if a text is there. */
    public Optional<String> text(String key) {
        return values.get(key) instanceof String found ? Optional.of(found) : Optional.empty();
    }

    /** Returns the nested options at a top-level key, if an object is there. */
    @SuppressWarnings("unchecked")
    public Optional<OptionTree> subtree(String key) {
        return values.get(key) instanceof Map<?, ?> found
                ? Optional.of(new OptionTree((Map<String, Object>) found, text))
                : Optional.empty();
    }

    /**
     * Returns the list at a top-level key, if one is there; an object with keys 0, 1, ... of dotted
     * keys is a list.
     */
    public Optional<List<Object>> list(String key) {
        Object found = values.get(key);
        if (found instanceof List<?> list) {
            return Optional.of(List.copyOf(list));
        }
        return text && found instanceof Map<?, ?> map ? DottedKeys.asList(map) : Optional.empty();
    }

    /** Returns these options with a value added or replaced. */
    public OptionTree with(String key, Object value) {
        Map<String, Object> copy = new LinkedHashMap<>(values);
        copy.put(key, value instanceof OptionTree tree ? tree.values : value);
        return new OptionTree(copy, text);
    }

    /** Returns these options less the given top-level keys. */
    public OptionTree without(String... keys) {
        Map<String, Object> copy = new LinkedHashMap<>(values);
        List.of(keys).forEach(copy::remove);
        return new OptionTree(copy, text);
    }

    /**
     * Returns scalars by dotted key, lists by index: {@code server.type}, {@code children.0}; in
     * the order given.
     */
    public Map<String, Object> flatten() {
        Map<String, Object> flat = new LinkedHashMap<>();
        DottedKeys.flatten("", values, flat);
        return flat;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof OptionTree tree && values.equals(tree.values) && text == tree.text;
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }

    private static Map<String, Object> copy(Map<?, ?> source) {
        Map<String, Object> copy = new LinkedHashMap<>();
        source.forEach((key, value) -> copy.put(String.valueOf(key), copyValue(value)));
        return Collections.unmodifiableMap(copy);
    }

    /** Without a switch over types: each costs every start of a tool a millisecond or two. */
    private static Object copyValue(@Nullable Object value) {
        if (value == null) {
            return NONE;
        }
        if (value instanceof OptionTree tree) {
            return tree.values;
        }
        if (value instanceof Map<?, ?> map) {
            return copy(map);
        }
        if (value instanceof List<?> list) {
            List<Object> items = new ArrayList<>();
            list.forEach(item -> items.add(copyValue(item)));
            return Collections.unmodifiableList(items);
        }
        return value instanceof Integer number ? (Object) number.longValue() : value;
    }

    private enum None {
        NONE;

        @Override
        public String toString() {
            return "null";
        }
    }
}
