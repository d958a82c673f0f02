package org.ashlar.core.internal.graph;

import java.util.Set;
import org.ashlar.spi.source.Access;

/** Waits for grace of every source that can reach a node. Stateless. */
public final class GraceWait {
    private static final long NO_LIMIT = Long.MAX_VALUE / 4;

    private GraceWait() {}

    /**
     * Returns once every request that was in flight at the call, and that could reach the node in
     * {@code graph}, has ended.
     */
    public static void forAllThatReach(Snapshot graph, Node node) {
        Set<SourceKey> sources = Reach.sourcesIn(graph, Set.of(node));
        sources.add(node.background());
        for (SourceKey source : sources) {
            for (Access access : Access.values()) {
                source.domain(access).synchronize(System.nanoTime() + NO_LIMIT);
            }
        }
    }
}
