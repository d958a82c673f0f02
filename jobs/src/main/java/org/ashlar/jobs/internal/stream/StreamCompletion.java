package org.ashlar.jobs.internal.stream;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.Request;
import org.ashlar.spi.graph.ChangePlan;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.image.BackingLink;

/**
 * Leads a filled overlay past the layers it was filled from. What the base is, is seen in the
 * snapshot that the change is planned against, and reserved: it cannot change before the switch.
 * The layers between leave the graph if nobody else uses them, as whatever a change leaves unused.
 * Immutable.
 *
 * @param device the job's edge to the node the user named
 * @param chain the chain as the job found it
 * @param options what the job was told
 */
record StreamCompletion(Child device, StreamChain chain, StreamOptions options)
        implements GraphChange {

    @Override
    public void describe(GraphView now, ChangePlan plan) throws IOException {
        StreamChain found = chain.in(now);
        for (NodeInfo node : found.nodes()) {
            plan.reserve(node.name());
        }
        if (found.base().isPresent()) {
            plan.reserve(found.base().get().name());
        }
        if (found.hasNodesBetween()) {
            Child link = found.overlayEdge().child();
            if (found.base().isPresent()) {
                plan.retarget(link, found.base().get().name());
            } else {
                plan.detach(link);
            }
        }
        plan.outside(
                new HeaderStep(device, found.overlay().name(), HeaderName.of(now, found, options)));
    }

    /**
     * Lets the overlay's header name the base. The old and the new chain show the same bytes, so
     * the header may be ahead of the graph, but not of the data: those are flushed first.
     */
    private static final class HeaderStep implements ChangePlan.OutsideStep {
        private final Child device;
        private final String overlay;
        private final Optional<ImageReference> backing;

        /** What the header named before; set by {@link #apply} right before it is changed. */
        private Optional<Before> before = Optional.empty();

        /** What a header named; nothing is something, too. */
        private record Before(Optional<ImageReference> backing) {}

        HeaderStep(Child device, String overlay, Optional<ImageReference> backing) {
            this.device = device;
            this.overlay = overlay;
            this.backing = backing;
        }

        @Override
        public void apply(Request request) throws IOException {
            device.flush(request);
            Optional<BackingLink> link = device.facet(request, BackingLink.class);
            if (link.isPresent()) {
                before = Optional.of(new Before(link.get().backing()));
                link.get().changeBacking(request, backing);
            }
        }

        @Override
        public void undo(Request request) throws IOException {
            Optional<BackingLink> link = device.facet(request, BackingLink.class);
            if (before.isPresent() && link.isPresent()) {
                try {
                    link.get().changeBacking(request, before.get().backing());
                } catch (IOException failed) {
                    throw new BlockException(
                            BlockException.Kind.IO,
                            "The image of node '%s' names %s as its backing file, and not %s any"
                                            .formatted(
                                                    overlay,
                                                    text(backing),
                                                    text(before.get().backing()))
                                    + " more; both show the same data",
                            failed);
                }
            }
        }

        private static String text(Optional<ImageReference> reference) {
            return reference.map(name -> "'" + name.fileName() + "'").orElse("nothing");
        }
    }
}
