package org.ashlar.tck;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionValues;

/** Gives a driver under test what the test said. Confined to the opening thread. */
final class RigOpenRequest implements OpenRequest {
    private final Rig rig;
    private final Opening opening;
    private final NodeSlot slot;
    private final Background background;
    private final BooleanSupplier mayWrite;
    private final Request request;
    private final OptionValues options;

    RigOpenRequest(
            Rig rig,
            Opening opening,
            NodeSlot slot,
            Background background,
            BooleanSupplier mayWrite,
            Request request)
            throws BlockException {
        this.rig = rig;
        this.opening = opening;
        this.slot = slot;
        this.background = background;
        this.mayWrite = mayWrite;
        this.request = request;
        this.options = opening.checkedOptions();
    }

    @Override
    public String nodeName() {
        return opening.nodeName();
    }

    @Override
    public OptionValues options() {
        return options;
    }

    @Override
    public NodeSettings settings() {
        return opening.settings();
    }

    @Override
    public boolean inactive() {
        return opening.isInactive();
    }

    @Override
    public Map<String, Object> handedOver() {
        return opening.handedOver();
    }

    @Override
    public Child attach(String name, ChildRole role) throws IOException {
        return attachIfGiven(name, role)
                .orElseThrow(() ->
                        BlockException.invalid(
                                "A block device must be specified for \"" + name + "\""));
    }

    @Override
    public Optional<Child> attachIfGiven(String name, ChildRole role) {
        return Optional.ofNullable(opening.childNodes().get(name))
                .map(node -> attachNode(name, role, node));
    }

    @Override
    public List<Child> attachAll(String name, ChildRole role) {
        List<Child> all = new ArrayList<>();
        opening.childNodes()
                .forEach((key, node) -> {
                    if (key.startsWith(name + ".")) {
                        all.add(attachNode(key, role, node));
                    }
                });
        return all;
    }

    @Override
    public Child attachImplicit(String name, ChildRole role, ImageReference reference)
            throws IOException {
        Optional<Child> given = attachIfGiven(name, role);
        return given.isPresent()
                ? given.get()
                : attachNode(name, role, opening.implicitOpener().open(name, reference));
    }

    @Override
    public boolean isRuledOut(String name) {
        return opening.isRuledOut(name);
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    public Background background() {
        return background;
    }

    @Override
    public Buffers buffers() {
        return rig.buffers();
    }

    @Override
    public Child vacant(String name, ChildRole role) {
        RigChild edge = RigChild.vacant(name, role, mayWrite);
        slot.addEdge(edge);
        return edge;
    }

    private Child attachNode(String name, ChildRole role, BlockNode node) {
        RigChild edge = RigChild.vacant(name, role, mayWrite);
        slot.addEdge(edge.connect(Optional.of(rig.slotOf(node))));
        return edge;
    }
}
