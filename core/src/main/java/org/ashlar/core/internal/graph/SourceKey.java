package org.ashlar.core.internal.graph;

import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.ashlar.core.internal.grace.GraceDomain;
import org.ashlar.spi.source.Access;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a source of requests and the domains of its pins: one for reads and one for
 * writes, so that a write fence need not wait for a read that hangs. Immutable by itself;
 * thread-safe.
 */
public non-sealed class SourceKey implements Owner {
    private final int slot;
    private final String label;
    private final Map<Access, GraceDomain> domains = new EnumMap<>(Access.class);

    private final @Nullable Node home;

    /** Makes a source; {@code home} is the node whose background work it is, or null. */
    protected SourceKey(int slot, String label, int stripes, @Nullable Node home) {
        this.slot = slot;
        this.label = label;
        this.home = home;
        for (Access access : Access.values()) {
            domains.put(access, new GraceDomain(stripes));
        }
    }

    /** Returns its place in a snapshot's tables. */
    public final int slot() {
        return slot;
    }

    /**
     * Returns the node whose background work begins here, or null for a source outside the graph.
     */
    public final @Nullable Node home() {
        return home;
    }

    /**
     * Returns whether its roots stay at their nodes when the users of those are led elsewhere: a
     * job is about a node, an export about what its clients were shown.
     */
    public boolean staysAtNodes() {
        return true;
    }

    /** Returns what messages call it. */
    public final String label() {
        return label;
    }

    @Override
    public final String describe() {
        return label;
    }

    /** Returns the domain of pins for {@code access}. */
    public final GraceDomain domain(Access access) {
        return Objects.requireNonNull(domains.get(access));
    }

    /** Returns how many pins there are at this moment, in both domains. */
    public final long pins() {
        return domain(Access.READ).pins() + domain(Access.WRITE).pins();
    }

    /** Returns what messages call those of {@code sources} that have requests in flight. */
    static List<String> busy(Collection<SourceKey> sources) {
        return sources.stream()
                .filter(source -> source.pins() > 0)
                .map(SourceKey::describe)
                .sorted()
                .toList();
    }

    @Override
    public String toString() {
        return label;
    }
}
