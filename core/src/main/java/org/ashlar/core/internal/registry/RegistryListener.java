package org.ashlar.core.internal.registry;

/**
 * Hears which contribution of a name is served, for those who hold on to one: the graph hands a
 * node over to a driver's new version or makes it an orphan. Calls come one at a time in the order
 * of the changes, on a thread that adds or withdraws, with no lock held; when one comes the
 * registry may have moved on.
 */
public interface RegistryListener {

    /** Says that a name is served that was not. */
    default <T> void arrived(Contribution<T> now) {}

    /** Says that a name is served by another contribution, which may be newer or older. */
    default <T> void replaced(Contribution<T> before, Contribution<T> now) {}

    /** Says that a name is served no longer. */
    default <T> void departed(Contribution<T> before) {}
}
