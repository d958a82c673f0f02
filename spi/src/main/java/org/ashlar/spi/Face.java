package org.ashlar.spi;

/**
 * The staged outcome of a reopen. Immutable.
 *
 * @param node what serves the node once the change is published; it may share state with the one it
 *     replaces; closed by the core if the change is given up
 * @param together whether old and new may serve at the same time; if not, the core drains the node
 *     before the switch
 */
public record Face(BlockNode node, boolean together) {}
