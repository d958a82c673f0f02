package org.ashlar.monitor.qmp.internal.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.monitor.qmp.internal.schema.GeneralOptions;
import org.ashlar.monitor.qmp.internal.session.Arguments;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;

/**
 * Checks descriptions of nodes before the layer sees them: that there are such drivers, and, where
 * they come as JSON, that numbers and truth values are no texts, which the layer would accept.
 * Stateless.
 */
final class NodeOptions {

    private static final Option<String> DRIVER = Option.text("driver").required();
    private static final String CHILD = "child";
    private static final String SIZE = "size";

    private NodeOptions() {}

    /**
     * Checks a description and those of its children.
     *
     * @param prefix what error messages put before an option's name
     */
    static void check(Drivers drivers, String prefix, OptionTree node) throws BlockException {
        BlockDriver driver = driver(drivers, prefix, node);
        List<Option<?>> declared = new ArrayList<>(GeneralOptions.ALL);
        declared.add(DRIVER);
        declared.addAll(driver.options());
        if (!node.isText()) {
            Arguments.checkTypes(prefix, declared, node);
        }
        for (ChildOption child : driver.childOptions()) {
            if (node.isText()) {
                checkTextChild(drivers, prefix, child, node);
            } else {
                checkChild(drivers, prefix, child, node);
            }
        }
        Arguments.checkNames(prefix, declared, node.without(childNames(driver)));
    }

    /** What is not described by a driver's name is the layer's to check, as types are. */
    private static void checkTextChild(
            Drivers drivers, String prefix, ChildOption child, OptionTree node)
            throws BlockException {
        Optional<OptionTree> below =
                node.subtree(child.name()).filter(tree -> tree.has(DRIVER.name()));
        if (below.isPresent()) {
            check(drivers, prefix + child.name() + ".", below.get());
        }
    }

    private static String[] childNames(BlockDriver driver) {
        return driver.childOptions().stream().map(ChildOption::name).toArray(String[]::new);
    }

    private static void checkChild(
            Drivers drivers, String prefix, ChildOption child, OptionTree node)
            throws BlockException {
        String name = prefix + child.name();
        Optional<Object> given = node.find(child.name());
        if (given.isEmpty()) {
            if (child.required()) {
                throw BlockException.invalid("Parameter '" + name + "' is missing");
            }
            return;
        }
        if (!child.list()) {
            checkReference(drivers, name, given.get(), child.role() == ChildRole.BACKING);
            return;
        }
        if (!(given.get() instanceof List<?> items)) {
            throw Arguments.wrongType(name, "array");
        }
        for (int i = 0; i < items.size(); i++) {
            checkReference(drivers, name + "[" + i + "]", items.get(i), false);
        }
    }

    private static void checkReference(
            Drivers drivers, String name, Object given, boolean mayBeNone) throws BlockException {
        Optional<OptionTree> below = OptionTree.empty().with(CHILD, given).subtree(CHILD);
        if (below.isPresent()) {
            check(drivers, name + ".", below.get());
        } else if (!(given instanceof String || (mayBeNone && given.equals(OptionTree.NONE)))) {
            String last = name.substring(name.lastIndexOf('.') + 1);
            throw Arguments.wrongType(last, mayBeNone ? "BlockdevRefOrNull" : "BlockdevRef");
        }
    }

    private static BlockDriver driver(Drivers drivers, String prefix, OptionTree node)
            throws BlockException {
        Arguments.checkTypes(prefix, List.of(DRIVER), node);
        String name = node.text(DRIVER.name()).orElseThrow();
        return drivers.node(name)
                .orElseThrow(() ->
                        BlockException.invalid(
                                "Parameter 'driver' does not accept value '" + name + "'"));
    }

    /**
     * Checks a description of an image to create and returns it under the names that the driver
     * declares, which are those of {@code qemu-img create -o}.
     */
    static OptionTree checkCreation(BlockLayer layer, OptionTree image) throws BlockException {
        String prefix = "options.";
        BlockDriver driver = driver(layer.drivers(), prefix, image);
        List<Option<?>> declared = driver.createOptions();
        if (declared.isEmpty()) {
            throw new BlockException(
                    BlockException.Kind.UNSUPPORTED, "Driver does not support blockdev-create");
        }
        if (driver.kind() == DriverKind.FORMAT && !image.has("file")) {
            throw BlockException.invalid("Parameter 'options.file' is missing");
        }
        for (Option<?> option : declared) {
            boolean required = option.isRequired() || option.name().equals(SIZE);
            if (required && !image.has(option.name())) {
                throw BlockException.invalid(
                        "Parameter 'options." + option.name() + "' is missing");
            }
        }
        OptionTree translated = OptionTree.empty().with(DRIVER.name(), driver.name());
        List<String> children = driver.childOptions().stream().map(ChildOption::name).toList();
        for (Map.Entry<String, Object> given : image.without(DRIVER.name()).values().entrySet()) {
            String name = given.getKey();
            if (children.contains(name)) {
                translated = translated.with(name, given.getValue());
                translated = withFileName(layer, translated, name, driver);
            } else {
                Option<?> option =
                        declaredAs(name, driver)
                                .orElseThrow(() ->
                                        BlockException.invalid(
                                                "Parameter '" + prefix + name + "' is unexpected"));
                if (option.type().name().equals(SIZE)) {
                    Arguments.checkUnsigned(prefix + name, given.getValue());
                } else {
                    Arguments.checkType(prefix + name, option, given.getValue());
                }
                translated = translated.with(option.name(), given.getValue());
            }
        }
        return translated;
    }

    /** Says what a child is called where the image is to name it, too: its data file. */
    private static OptionTree withFileName(
            BlockLayer layer, OptionTree image, String child, BlockDriver driver) {
        Optional<Option<?>> option = declaredAs(child, driver);
        Optional<String> fileName =
                image.text(child)
                        .flatMap(layer.graph()::find)
                        .map(NodeInfo::fileName)
                        .or(() -> image.subtree(child).flatMap(file -> file.text("filename")));
        return option.isPresent() && fileName.isPresent()
                ? image.with(option.get().name(), fileName.get())
                : image;
    }

    private static Optional<Option<?>> declaredAs(String member, BlockDriver driver) {
        return driver.createOptions().stream()
                .filter(option -> driver.createMember(option).equals(member))
                .<Option<?>>map(option -> option)
                .findFirst();
    }
}
