package org.ashlar.core.internal.graph;

/**
 * What an edge begins at: a node, or a source of requests. What every command of a tool passes asks
 * by {@code instanceof} which: a switch over types costs each start a millisecond.
 */
public sealed interface Owner permits Node, SourceKey {

    /** Returns what messages call it: {@code node 'top'}, {@code job 'stream0'}. */
    String describe();
}
