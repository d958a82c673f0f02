package org.ashlar.tck;

import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.CreateRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionValues;

/** Gives a driver under test what it needs to create an image. Immutable. */
record RigCreateRequest(
        Rig rig, OptionValues options, Map<String, ? extends BlockNode> nodes, RigRequest pinned)
        implements CreateRequest {

    @Override
    public Child file() {
        return child("file")
                .orElseThrow(() -> new IllegalStateException("the test gave no node 'file'"));
    }

    @Override
    public Optional<Child> child(String name) {
        return Optional.ofNullable(nodes.get(name))
                .map(node ->
                        RigChild.vacant(name, ChildRole.IMAGE, () -> true)
                                .connect(Optional.of(rig.slotOf(node))));
    }

    @Override
    public Request request() {
        return pinned;
    }

    @Override
    public Buffers buffers() {
        return rig.buffers();
    }
}
