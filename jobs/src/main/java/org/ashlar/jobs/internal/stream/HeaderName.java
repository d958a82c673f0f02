package org.ashlar.jobs.internal.stream;

import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.graph.NodeInfo;

/** Works out what the overlay's header is to name as its backing file. Stateless. */
final class HeaderName {

    private HeaderName() {}

    /**
     * Refuses a job that could not say in the end what the overlay's backing file is.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    static void check(StreamChain chain, StreamOptions options) throws BlockException {
        if (chain.hasNodesBetween()
                && options.backingFile().isEmpty()
                && chain.base().isPresent()) {
            requireFileName(chain.base().get());
        }
    }

    /** Returns the name and format of the base, as the options have it; empty without a base. */
    static Optional<ImageReference> of(GraphView now, StreamChain chain, StreamOptions options)
            throws BlockException {
        if (chain.base().isEmpty()) {
            return Optional.empty();
        }
        NodeInfo base = belowFilters(now, chain.base().get());
        String format =
                options.maskProtocol() && base.kind() == DriverKind.PROTOCOL
                        ? "raw"
                        : base.driver();
        String name =
                options.backingFile().isPresent()
                        ? options.backingFile().get()
                        : FileNames.inHeader(requireFileName(base), chain.overlay().fileName());
        return Optional.of(new ImageReference(name, format));
    }

    private static NodeInfo belowFilters(GraphView now, NodeInfo node) throws BlockException {
        NodeInfo at = node;
        while (at.kind() == DriverKind.FILTER) {
            Optional<NodeInfo> next = now.below(at.name());
            if (next.isEmpty()) {
                return at;
            }
            at = next.get();
        }
        return at;
    }

    private static String requireFileName(NodeInfo base) throws BlockException {
        if (base.kind() != DriverKind.FILTER && base.fileName().isEmpty()) {
            throw BlockException.invalid(
                    "Node '%s' has no file name that an image could name: give 'backing-file'"
                            .formatted(base.name()));
        }
        return base.fileName();
    }
}
