package org.ashlar.core.internal.registry;

import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.Engaged;

/**
 * One driver, job, export, command or monitor as it was added. Immutable; two of them are the same
 * only if they were added by the same call.
 *
 * @param <T> the interface it implements
 */
public final class Contribution<T> {
    private final Kind<T> kind;
    private final String name;
    private final T value;
    private final Rank rank;

    Contribution(Kind<T> kind, T value, Rank rank) {
        this.kind = kind;
        this.name = kind.name().apply(value);
        this.value = value;
        this.rank = rank;
    }

    /** Returns what kind of thing it is. */
    public Kind<T> kind() {
        return kind;
    }

    /** Returns the name it is served by, as it said when it was added. */
    public String name() {
        return name;
    }

    /** Returns the thing itself. */
    public T value() {
        return value;
    }

    /** Returns where it stands among those of the same name. */
    public Rank rank() {
        return rank;
    }

    /** Returns whether it is served whatever its rank; asks foreign code. */
    boolean isEngaged() {
        return !(value instanceof BlockDriver)
                && value instanceof Engaged engaged
                && engaged.isEngaged();
    }

    @Override
    public String toString() {
        return kind.type().getSimpleName() + " '" + name + "' " + rank.version();
    }
}
