package org.ashlar.tools.image;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;

/** How much storage an image takes. Stateless. */
public final class Allocation {

    private Allocation() {}

    /**
     * Returns how many bytes a node takes of its storage, backing files left out; -1 if unknown.
     */
    public static long of(BlockLayer layer, NodeInfo node) throws IOException {
        long own = own(layer, node);
        if (own >= 0) {
            return own;
        }
        long sum = 0;
        boolean known = false;
        for (EdgeInfo edge : node.children()) {
            if (edge.role() != ChildRole.BACKING) {
                long part = of(layer, layer.graph().node(edge.target()));
                if (part < 0) {
                    return part;
                }
                sum += part;
                known = true;
            }
        }
        return known ? sum : -1;
    }

    private static long own(BlockLayer layer, NodeInfo node) throws IOException {
        try (Root root = layer.attach("info", node.name(), Permissions.NONE);
                Admission admission = root.consumer("info").admit(Access.READ)) {
            Optional<ImageInfo> info = root.root().facet(admission.request(), ImageInfo.class);
            return info.isPresent() ? info.get().allocatedBytes(admission.request()) : -1;
        }
    }
}
