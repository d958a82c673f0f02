package org.ashlar.spi.option;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Turns dotted keys into nested objects and back. Stateless. */
final class DottedKeys {

    private DottedKeys() {}

    /**
     * Nests {@code a.b=c} as {@code a: {b: c}}.
     *
     * @throws IllegalArgumentException if a key is both a value and a prefix
     */
    static Map<String, Object> nest(Map<String, String> flat) {
        Map<String, Object> root = new LinkedHashMap<>();
        flat.forEach((key, value) -> put(root, key, value));
        return root;
    }

    @SuppressWarnings("unchecked")
    private static void put(Map<String, Object> root, String key, String value) {
        Map<String, Object> at = root;
        String[] parts = key.split("\\.", -1);
        for (int i = 0; i < parts.length - 1; i++) {
            Object next = at.computeIfAbsent(parts[i], _ -> new LinkedHashMap<String, Object>());
            if (!(next instanceof Map<?, ?>)) {
                throw new IllegalArgumentException(
                        "Parameters '" + parts[i] + ".*' used inconsistently");
            }
            at = (Map<String, Object>) next;
        }
        if (at.put(parts[parts.length - 1], value) instanceof Map<?, ?>) {
            throw new IllegalArgumentException("Parameters '" + key + ".*' used inconsistently");
        }
    }

    /** Returns the values of keys {@code 0}, {@code 1}, ... if these are all the keys there are. */
    static Optional<List<Object>> asList(Map<?, ?> map) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < map.size(); i++) {
            Object item = map.get(Integer.toString(i));
            if (item == null) {
                return Optional.empty();
            }
            items.add(item);
        }
        return Optional.of(items);
    }

    /** Without a switch over types, as {@link OptionTree} is copied. */
    static void flatten(String prefix, Object value, Map<String, Object> into) {
        boolean top = prefix.isEmpty(); // where what is empty has no key
        if (value instanceof Map<?, ?> map && (top || !map.isEmpty())) {
            map.forEach((key, item) -> flatten(join(prefix, key), item, into));
        } else if (value instanceof List<?> list && (top || !list.isEmpty())) {
            for (int i = 0; i < list.size(); i++) {
                flatten(join(prefix, i), list.get(i), into);
            }
        } else {
            into.put(prefix, value);
        }
    }

    private static String join(String prefix, Object key) {
        return prefix.isEmpty() ? key.toString() : prefix + "." + key;
    }
}
