package org.ashlar.monitor.qmp.internal.session;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts the members of objects into the order in which the reference prints them, for those who
 * compare texts. Immutable.
 *
 * <p>The order was observed: the reference repeats an {@code id} whose members are all those names,
 * in its own order. Names it does not have come last, as they were given.
 */
final class MemberOrder {

    private static final String RESOURCE = "member-order.txt";

    private final Map<String, Integer> ranks;

    private MemberOrder(Map<String, Integer> ranks) {
        this.ranks = ranks;
    }

    /** Reads the order. */
    static MemberOrder load() {
        try (InputStream in = MemberOrder.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(RESOURCE + " is missing");
            }
            Map<String, Integer> ranks = new HashMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(name -> ranks.put(name, ranks.size()));
            return new MemberOrder(Map.copyOf(ranks));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the value with the members of all of its objects in order. */
    Object sorted(Object value) {
        return switch (value) {
            case Map<?, ?> members -> sortedMembers(members);
            case List<?> items -> sortedItems(items);
            default -> value;
        };
    }

    /** In plain loops, as below: values may be nested so deep that the stack is short for more. */
    private List<Object> sortedItems(List<?> items) {
        List<Object> sorted = new ArrayList<>(items.size());
        for (Object item : items) {
            sorted.add(sorted(item));
        }
        return sorted;
    }

    private Map<String, Object> sortedMembers(Map<?, ?> members) {
        List<Map.Entry<?, ?>> entries = new ArrayList<>(members.entrySet());
        entries.sort(Comparator.comparingInt(this::rank));
        Map<String, Object> sorted = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : entries) {
            sorted.put(String.valueOf(entry.getKey()), sorted(entry.getValue()));
        }
        return sorted;
    }

    private int rank(Map.Entry<?, ?> member) {
        return ranks.getOrDefault(String.valueOf(member.getKey()), Integer.MAX_VALUE);
    }
}
