package org.ashlar.core.internal.registry;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All contributions at one moment. Immutable.
 *
 * <ul>
 *   <li>I1: of each name the list is ordered by rank, and by arrival where ranks are equal; the
 *       last is served, or the last that is engaged.
 *   <li>I2: no list is empty.
 * </ul>
 */
final class Contents {
    static final Contents EMPTY = new Contents(Map.of());

    private final Map<Key, List<Contribution<?>>> byKey;

    private Contents(Map<Key, List<Contribution<?>>> byKey) {
        this.byKey = byKey;
    }

    Contents with(Contribution<?> added) {
        List<Contribution<?>> list = new ArrayList<>(of(added));
        int at = list.size();
        while (at > 0 && list.get(at - 1).rank().compareTo(added.rank()) > 0) {
            at--;
        }
        list.add(at, added);
        assert at == 0 || list.get(at - 1).rank().compareTo(added.rank()) <= 0; // I1
        return withList(added, list);
    }

    Contents without(Contribution<?> removed) {
        List<Contribution<?>> list = new ArrayList<>(of(removed));
        list.remove(removed);
        return withList(removed, list);
    }

    private List<Contribution<?>> of(Contribution<?> one) {
        return byKey.getOrDefault(Key.of(one), List.of());
    }

    private Contents withList(Contribution<?> one, List<Contribution<?>> list) {
        Map<Key, List<Contribution<?>>> copy = new LinkedHashMap<>(byKey);
        if (list.isEmpty()) {
            copy.remove(Key.of(one)); // I2
        } else {
            copy.put(Key.of(one), List.copyOf(list));
        }
        return new Contents(copy);
    }

    /** Returns which contribution of that kind and name ranks highest. */
    @SuppressWarnings("unchecked") // a key's kind is that of all its contributions
    <T> Optional<Contribution<T>> served(Kind<T> kind, String name) {
        List<Contribution<?>> list = byKey.get(new Key(kind, name));
        return list == null ? Optional.empty() : Optional.of((Contribution<T>) list.getLast());
    }

    /** Returns what is served of a kind, in the order in which the names came. */
    <T> Collection<T> all(Kind<T> kind) {
        return byKey.entrySet().stream()
                .filter(entry -> entry.getKey().kind().type() == kind.type())
                .map(entry -> kind.type().cast(servedOf(entry.getValue()).value()))
                .toList();
    }

    private static Contribution<?> servedOf(List<Contribution<?>> ranked) {
        if (ranked.size() > 1) {
            for (Contribution<?> one : ranked.reversed()) {
                if (one.isEngaged()) {
                    return one;
                }
            }
        }
        return ranked.getLast();
    }

    /** Returns whether a contribution of a class that {@code loader} defined is engaged. */
    boolean isEngaged(ClassLoader loader) {
        return byKey.values().stream()
                .flatMap(List::stream)
                .anyMatch(one ->
                        loader.equals(one.value().getClass().getClassLoader()) && one.isEngaged());
    }

    /**
     * A name among those of its kind. Its methods are written out, as the first use of those that
     * the compiler makes costs every start some milliseconds.
     */
    private record Key(Kind<?> kind, String name) {
        static Key of(Contribution<?> one) {
            return new Key(one.kind(), one.name());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key
                    && kind.type() == key.kind.type()
                    && name.equals(key.name);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }
}
