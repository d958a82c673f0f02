package org.ashlar.tck;

import java.util.List;
import org.ashlar.spi.Background;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionValues;

/** Gives a node under test its new options. Immutable. */
record RigReopenRequest(
        OptionValues options,
        NodeSettings settings,
        Request request,
        Background background,
        NodeSlot slot)
        implements ReopenRequest {

    /** Returns the edge of that name; one in another role takes its place at once. */
    @Override
    public Child attach(String name, ChildRole role) {
        return slot.edge(name, role);
    }

    @Override
    public List<Child> attachAll(String name, ChildRole role) {
        return slot.children().all().stream()
                .filter(child -> child.name().startsWith(name + "."))
                .toList();
    }
}
