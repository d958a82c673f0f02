package org.ashlar.core.internal.graph;

import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;

/** Derives from drains and fences which sources are closed for which accesses. Stateless. */
final class Gates {
    private static final byte CLOSED = Snapshot.CLOSED_FOR_READ | Snapshot.CLOSED_FOR_WRITE;

    private Gates() {}

    /** Returns the closed accesses by source slot; where there is no source all are closed. */
    static byte[] of(Snapshot.Parts parts) {
        int highest = -1;
        for (SourceKey source : parts.roots().keySet()) {
            highest = Math.max(highest, source.slot());
        }
        byte[] bytes = new byte[highest + 1];
        Arrays.fill(bytes, CLOSED);
        parts.roots().keySet().forEach(source -> bytes[source.slot()] = 0);
        List<Node> fenced = nodes(parts, state -> state.fences() > 0);
        List<Node> drained = nodes(parts, state -> state.drains() > 0);
        if (!fenced.isEmpty() || !drained.isEmpty()) { // the usual case needs no walk
            Reach reach = new Reach(parts);
            reach.sourcesIn(fenced)
                    .forEach(source -> bytes[source.slot()] = Snapshot.CLOSED_FOR_WRITE);
            reach.sourcesIn(drained).forEach(source -> bytes[source.slot()] = CLOSED);
        }
        return bytes;
    }

    private static List<Node> nodes(Snapshot.Parts parts, Predicate<NodeState> held) {
        return parts.nodes().values().stream().filter(held).map(state -> state.node).toList();
    }
}
