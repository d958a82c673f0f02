package org.ashlar.core.internal.grace;

/**
 * Keeps an interrupt that an embedding program sent for the program to see. Ours are never sent.
 * Stateless.
 */
public final class Interrupts {

    private Interrupts() {}

    /**
     * Sets the interrupt status of the current thread again after a wait that does not end early
     * swallowed it.
     */
    public static void restore() {
        Thread.currentThread().interrupt();
    }
}
