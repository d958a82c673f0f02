package org.ashlar.core.internal.open;

import java.util.Map;
import java.util.Optional;
import org.ashlar.core.internal.graph.NodeState;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.OptionTree;
import org.jspecify.annotations.Nullable;

/**
 * A nested description of a child in a reopening of its parent, which changes exactly the nodes it
 * names: so it may only say what is so already. Immutable.
 *
 * @param members what it says, by dotted key
 */
record Description(Map<String, Object> members) {

    /** Returns what was given for a child that is no reference. */
    static Description of(Object given) {
        OptionTree tree = OptionTree.empty().with("child", given);
        return new Description(tree.subtree("child").orElse(tree).flatten());
    }

    /** Returns whether a node was opened with all of it. */
    boolean isOf(@Nullable NodeState child) {
        return difference(child).isEmpty();
    }

    /**
     * Requires that.
     *
     * @throws BlockException of kind {@code INVALID} that names what is different
     */
    void requireOf(String childName, @Nullable NodeState child) throws BlockException {
        Optional<String> different = difference(child);
        if (different.isPresent()) {
            throw BlockException.invalid(
                    "Cannot change the option '" + childName + "." + different.get() + "'");
        }
    }

    private Optional<String> difference(@Nullable NodeState child) {
        Map<String, Object> told = child == null ? Map.of() : child.traits().options().flatten();
        return members.entrySet().stream()
                .filter(member -> !member.getValue().equals(told.get(member.getKey())))
                .map(Map.Entry::getKey)
                .findFirst();
    }
}
