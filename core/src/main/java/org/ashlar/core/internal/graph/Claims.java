package org.ashlar.core.internal.graph;

import java.util.Set;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;

/**
 * What sources say of edges whose shape they count on: claims, which keep others from changing an
 * edge, and reliances, which keep others from claiming it. Thread-safe: both are the snapshot's.
 */
public final class Claims {
    private final GraphState graph;

    public Claims(GraphState graph) {
        this.graph = graph;
    }

    /**
     * Claims an edge for a source: until it is given up, no change of others leads it elsewhere or
     * takes it out.
     *
     * @throws BlockException of kind {@code BUSY} if another source has it or relies on it, or a
     *     change under way is about to alter it
     */
    public void claim(SourceKey source, EdgeKey edge) throws BlockException {
        graph.publish(now -> {
            requireUnclaimed(now, source, edge);
            for (SourceKey other : now.parts().reliances().getOrDefault(edge, Set.of())) {
                requireSame(source, other, edge);
            }
            requireUnaltered(now, edge);
            return new Draft(now).claim(edge, source).buildSameShape();
        });
    }

    /**
     * Lets a source rely on what an edge shows: until it is given up, nobody else claims the edge.
     *
     * @throws BlockException of kind {@code BUSY} if another source has claimed it, or a change
     *     under way is about to alter it
     */
    public void relyOn(SourceKey source, EdgeKey edge) throws BlockException {
        graph.publish(now -> {
            requireUnclaimed(now, source, edge);
            requireUnaltered(now, edge);
            return new Draft(now).rely(edge, source).buildSameShape();
        });
    }

    private static void requireUnclaimed(Snapshot now, SourceKey source, EdgeKey edge)
            throws BlockException {
        SourceKey holder = now.parts().claims().get(edge);
        if (holder != null) {
            requireSame(source, holder, edge);
        }
    }

    private static void requireSame(SourceKey source, SourceKey holder, EdgeKey edge)
            throws BlockException {
        if (!holder.equals(source)) {
            throw new BlockException(
                    Kind.BUSY,
                    "The '%s' link of %s is in use by %s"
                            .formatted(edge.name(), edge.owner().describe(), holder.describe()));
        }
    }

    private static void requireUnaltered(Snapshot now, EdgeKey edge) throws BlockException {
        for (Reservation reservation : now.parts().reservations()) {
            if (reservation.alters(edge)) {
                throw new BlockException(
                        Kind.BUSY,
                        "The '%s' link of %s is being changed: %s"
                                .formatted(
                                        edge.name(), edge.owner().describe(), reservation.what()));
            }
        }
    }

    /** Gives up every claim and reliance of a source. */
    public void release(SourceKey source) {
        graph.publishSameShape(draft -> draft.unclaim(source));
    }
}
