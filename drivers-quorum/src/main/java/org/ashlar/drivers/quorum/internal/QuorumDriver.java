package org.ashlar.drivers.quorum.internal;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;

/**
 * Opens nodes whose children all hold the same data: a write goes to every child, a read is put to
 * the vote. Stateless. Source: QMP schema, {@code BlockdevOptionsQuorum}.
 */
final class QuorumDriver implements BlockDriver {
    static final String CHILDREN = "children";

    @Override
    public String name() {
        return "quorum";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
    }

    @Override
    public List<Option<?>> options() {
        return QuorumSettings.OPTIONS;
    }

    @Override
    public List<ChildOption> childOptions() {
        return List.of(
                ChildOption.list(CHILDREN, ChildRole.DATA, "the nodes that hold the data, alike"));
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        List<Child> children = request.attachAll(CHILDREN, ChildRole.DATA);
        if (children.isEmpty()) {
            throw BlockException.invalid("Number of provided children must be 1 or more");
        }
        QuorumSettings settings = QuorumSettings.of(request.options(), children.size());
        boolean writable = !request.settings().readOnly() && !request.inactive();
        QuorumParts parts =
                QuorumParts.of(
                        children, request.nodeName(), request.background(), request.buffers());
        QuorumNode node = new QuorumNode(parts, settings, writable);
        node.length(request.request());
        return node;
    }
}
