package org.ashlar.core.internal.open;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.core.internal.graph.EdgeState;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.core.internal.graph.Snapshot;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.option.OptionTree;

/**
 * The options of a node whose driver takes a list of children, for a reopening with another list.
 * Immutable.
 */
public final class ListedChildren {
    private final NodeState parent;

    private ListedChildren(NodeState parent) {
        this.parent = parent;
    }

    /** Looks the node up. */
    public static ListedChildren of(Snapshot now, String parentName) throws BlockException {
        NodeState parent = now.state(parentName);
        if (parent == null) {
            throw References.notFound(parentName);
        }
        return new ListedChildren(parent);
    }

    /** Returns its options with a child more. */
    public OptionTree with(String nodeName) throws BlockException {
        String list = list("adding");
        List<Object> names = new ArrayList<>();
        inList(list).forEach(edge -> names.add(edge.target().name()));
        names.add(nodeName);
        return options(list, names);
    }

    /** Returns its options without one of its children. */
    public OptionTree without(String childName) throws BlockException {
        if (parent.edges().stream().noneMatch(edge -> edge.key().name().equals(childName))) {
            throw new BlockException(
                    Kind.NOT_FOUND,
                    "Node '" + parent.name() + "' does not have child '" + childName + "'");
        }
        String list = list("removing");
        List<Object> names = new ArrayList<>();
        for (EdgeState edge : inList(list)) {
            if (!edge.key().name().equals(childName)) {
                names.add(edge.target().name());
            }
        }
        return options(list, names);
    }

    private OptionTree options(String list, List<Object> names) {
        return parent.traits()
                .options()
                .with(NodeOptions.NODE_NAME, parent.name())
                .with(list, names);
    }

    private List<EdgeState> inList(String list) {
        return parent.edges().stream()
                .filter(edge -> edge.key().name().startsWith(list + "."))
                .toList();
    }

    private String list(String doing) throws BlockException {
        return parent.traits().driver().childOptions().stream()
                .filter(ChildOption::list)
                .map(ChildOption::name)
                .findFirst()
                .orElseThrow(() ->
                        new BlockException(
                                Kind.UNSUPPORTED,
                                "The node %s does not support %s a child"
                                        .formatted(parent.name(), doing)));
    }
}
