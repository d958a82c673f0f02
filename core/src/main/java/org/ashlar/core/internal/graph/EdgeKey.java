package org.ashlar.core.internal.graph;

import org.ashlar.spi.ChildRole;

/**
 * The identity of an edge. Immutable: where the edge leads is the snapshot's, at {@link #slot()}; a
 * slot may come to belong to another edge once this one has settled, so a snapshot answers for an
 * edge only if the slot is still its own.
 */
public abstract class EdgeKey implements EdgeHandle {
    private final Owner owner;
    private final int slot;
    private final String name;
    private final ChildRole role;

    protected EdgeKey(Owner owner, int slot, String name, ChildRole role) {
        this.owner = owner;
        this.slot = slot;
        this.name = name;
        this.role = role;
    }

    @Override
    public final EdgeKey key() {
        return this;
    }

    /** Returns what it begins at. */
    public final Owner owner() {
        return owner;
    }

    /** Returns its place in a snapshot's tables. */
    public final int slot() {
        return slot;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final ChildRole role() {
        return role;
    }

    @Override
    public String toString() {
        return owner.describe() + "." + name;
    }
}
