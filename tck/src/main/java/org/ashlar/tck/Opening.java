package org.ashlar.tck;

import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/**
 * What a test wants opened, said step by step; made by {@link Rig#opening}. Confined to the test.
 */
public final class Opening {
    private final Rig rig;
    private final BlockDriver driver;
    private final Map<String, BlockNode> children = new LinkedHashMap<>();
    private String nodeName;
    private OptionTree options = OptionTree.empty();
    private NodeSettings settings = NodeSettings.DEFAULT;
    private Map<String, Object> handedOver = Map.of();
    private boolean inactive;
    private ImplicitOpener implicit =
            (name, reference) -> {
                throw new BlockException(
                        BlockException.Kind.NOT_PERMITTED,
                        "the test opens no '" + name + "': " + reference);
            };

    Opening(Rig rig, BlockDriver driver, String nodeName) {
        this.rig = rig;
        this.driver = driver;
        this.nodeName = nodeName;
    }

    /** Names the node; otherwise the rig makes a name up. */
    public Opening name(String name) {
        nodeName = name;
        return this;
    }

    /** Gives the driver's options; what they say of children is left to {@link #child}. */
    public Opening options(OptionTree tree) {
        options = tree;
        return this;
    }

    /** Gives the node a child: a fake, or {@link RigNode#node} of one opened before. */
    public Opening child(String name, BlockNode node) {
        children.put(name, node);
        return this;
    }

    /** Gives the node several children, in order. */
    public Opening children(Map<String, ? extends BlockNode> nodes) {
        children.putAll(nodes);
        return this;
    }

    /** Gives settings other than the default. */
    public Opening settings(NodeSettings other) {
        settings = other;
        return this;
    }

    /** Opens the node inactive: until it is activated, a write to a child is refused. */
    public Opening inactive() {
        inactive = true;
        return this;
    }

    /** Gives what another version handed over. */
    public Opening handedOver(Map<String, Object> state) {
        handedOver = Map.copyOf(state);
        return this;
    }

    /** Says where children that the image names come from; otherwise they are refused. */
    public Opening implicit(ImplicitOpener opener) {
        implicit = opener;
        return this;
    }

    /** Opens the node. */
    public RigNode open() throws IOException {
        NodeSlot slot = rig.newSlot(nodeName);
        RigBackground background = new RigBackground(rig.grace());
        AtomicBoolean mayWrite = new AtomicBoolean(!settings.readOnly() && !inactive);
        try (RigRequest request = rig.request()) {
            RigOpenRequest open =
                    new RigOpenRequest(rig, this, slot, background, mayWrite::get, request);
            slot.serveWith(driver.open(open));
        } catch (IOException | RuntimeException | Error failed) {
            background.drain();
            background.checkClean();
            throw failed;
        }
        return rig.add(new RigNode(rig, driver, slot, background, mayWrite));
    }

    String nodeName() {
        return nodeName;
    }

    NodeSettings settings() {
        return settings;
    }

    Map<String, Object> handedOver() {
        return handedOver;
    }

    boolean isInactive() {
        return inactive;
    }

    Map<String, BlockNode> childNodes() {
        return children;
    }

    ImplicitOpener implicitOpener() {
        return implicit;
    }

    boolean isRuledOut(String name) {
        return options.find(name)
                .filter(o -> o.equals(OptionTree.NONE) || o.equals(""))
                .isPresent();
    }

    OptionValues checkedOptions() throws BlockException {
        return check(driver, driver.options(), options);
    }

    /** Checks options less those that describe children. */
    static OptionValues check(BlockDriver driver, Iterable<Option<?>> declared, OptionTree options)
            throws BlockException {
        Set<Option<?>> all = new HashSet<>();
        declared.forEach(all::add);
        String[] childKeys =
                driver.childOptions().stream().map(ChildOption::name).toArray(String[]::new);
        return OptionValues.check(all, options.without(childKeys));
    }
}
