package org.ashlar.spi;

import static org.ashlar.spi.Permissions.Permission.CONSISTENT_READ;
import static org.ashlar.spi.Permissions.Permission.RESIZE;
import static org.ashlar.spi.Permissions.Permission.WRITE;
import static org.ashlar.spi.Permissions.Permission.WRITE_UNCHANGED;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a parent does with a child, and what it lets the child's other parents do. Immutable.
 *
 * @param used what this parent does
 * @param shared what it lets the others do
 */
public record Permissions(Set<Permission> used, Set<Permission> shared) {

    /**
     * One thing a parent may do with a child; the order is that of the bits in image locks and QMP.
     */
    public enum Permission {
        /** Reads data that nobody leaves half-changed. */
        CONSISTENT_READ(1),
        /** Changes the data. */
        WRITE(2),
        /** Writes what is there already, as filling from below does. */
        WRITE_UNCHANGED(4),
        /** Changes the length. */
        RESIZE(8);

        private final int bit;

        Permission(int bit) {
            this.bit = bit;
        }

        /** Returns its bit in a set of permissions, as QMP and image locks number them. */
        public int bit() {
            return bit;
        }
    }

    /** Uses nothing and tolerates everything. */
    public static final Permissions NONE =
            new Permissions(Set.of(), EnumSet.allOf(Permission.class));

    /** Reads data that stay consistent, and tolerates every other user. */
    public static final Permissions READ =
            new Permissions(Set.of(CONSISTENT_READ), EnumSet.allOf(Permission.class));

    /**
     * Reads and writes, and tolerates readers and writes that change nothing, but no other writer.
     */
    public static final Permissions WRITE_EXCLUSIVE =
            new Permissions(
                    Set.of(CONSISTENT_READ, WRITE), Set.of(CONSISTENT_READ, WRITE_UNCHANGED));

    public Permissions {
        used = Set.copyOf(used);
        shared = Set.copyOf(shared);
    }

    /** Returns what a node, writable or not, needs of a child in {@code role} by default. */
    public static Permissions defaultsFor(
            ChildRole role, Permissions fromParents, boolean writable) {
        return switch (role) {
            case FILTERED -> fromParents;
            case BACKING -> backing(fromParents);
            case DATA -> data(fromParents);
            case IMAGE, METADATA -> metadata(fromParents, writable);
        };
    }

    /** Reads if the parents read; tolerates writers only if the parents tolerate them. */
    private static Permissions backing(Permissions fromParents) {
        EnumSet<Permission> used = EnumSet.of(CONSISTENT_READ);
        used.retainAll(fromParents.used);
        EnumSet<Permission> shared = EnumSet.of(CONSISTENT_READ, WRITE_UNCHANGED);
        if (fromParents.shared.contains(WRITE)) {
            shared.addAll(Set.of(WRITE, RESIZE));
        }
        return new Permissions(used, shared);
    }

    /**
     * Any write may copy clusters and grow the file, even one that leaves the visible data alone.
     */
    private static Permissions data(Permissions fromParents) {
        EnumSet<Permission> used = EnumSet.noneOf(Permission.class);
        used.addAll(fromParents.used);
        if (used.contains(WRITE) || used.contains(WRITE_UNCHANGED)) {
            used.addAll(Set.of(WRITE, RESIZE));
        }
        return new Permissions(used, without(fromParents.shared, RESIZE));
    }

    /** A format may touch its metadata even if nobody writes, and nobody else may change them. */
    private static Permissions metadata(Permissions fromParents, boolean writable) {
        EnumSet<Permission> used = EnumSet.of(CONSISTENT_READ);
        used.addAll(fromParents.used);
        if (writable) {
            used.addAll(Set.of(WRITE, RESIZE));
        }
        return new Permissions(used, without(fromParents.shared, WRITE, RESIZE));
    }

    private static Set<Permission> without(Set<Permission> set, Permission... removed) {
        EnumSet<Permission> rest = EnumSet.noneOf(Permission.class);
        rest.addAll(set);
        Set.of(removed).forEach(rest::remove);
        return rest;
    }

    /** Returns what two parents together use, and what both of them share. */
    public Permissions and(Permissions other) {
        EnumSet<Permission> both = EnumSet.noneOf(Permission.class);
        both.addAll(used);
        both.addAll(other.used);
        EnumSet<Permission> tolerated = EnumSet.noneOf(Permission.class);
        tolerated.addAll(shared);
        tolerated.retainAll(other.shared);
        return new Permissions(both, tolerated);
    }

    /** Returns whether {@code permission} is used. */
    public boolean uses(Permission permission) {
        return used.contains(permission);
    }

    // Written out, as the first use of what the compiler makes costs every start some milliseconds.

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Permissions permissions
                && used.equals(permissions.used)
                && shared.equals(permissions.shared);
    }

    @Override
    public int hashCode() {
        return 31 * used.hashCode() + shared.hashCode();
    }

    /** Returns whether two parents may hold these at the same time. */
    public boolean agreesWith(Permissions other) {
        return shared.containsAll(other.used) && other.shared.containsAll(used);
    }
}
