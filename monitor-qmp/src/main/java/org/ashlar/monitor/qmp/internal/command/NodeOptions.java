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
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;

/**
 * Checks descriptions of nodes before the layer sees them: that there are such drivers, and, where
 * they come as JSON, that numbers and truth values are no texts, which the layer would accept.
 * Stateless.
 */
final class NodeOptions {

    private static final Option<String> DRIVER = Option.text("driver").required();

    private NodeOptions() {}

    /** Checks a description and those of its children. */
    static void check(Drivers drivers, OptionTree node) throws BlockException {
        check(drivers, "", node);
    }

    private static void check(Drivers drivers, String prefix, OptionTree node)
            throws BlockException {
        BlockDriver driver = driver(drivers, prefix, node);
        List<Option<?>> declared = new ArrayList<>(GeneralOptions.ALL);
        declared.addAll(driver.options());
        if (!node.isText()) {
            Arguments.checkTypes(prefix, declared, node);
        }
        for (ChildOption child : driver.childOptions()) {
            Optional<OptionTree> below = node.subtree(child.name());
            if (below.isPresent()) {
                check(drivers, prefix + child.name() + ".", below.get());
            }
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
     * Checks a description of an image to create and returns it in the drivers' words: they declare
     * options under the names of {@code qemu-img create -o}, which have underscores for QMP's
     * dashes, and {@code compat} for {@code version}.
     */
    static OptionTree checkCreation(Drivers drivers, OptionTree image) throws BlockException {
        String prefix = "options.";
        BlockDriver driver = driver(drivers, prefix, image);
        List<Option<?>> declared = driver.createOptions();
        if (declared.isEmpty()) {
            throw new BlockException(
                    BlockException.Kind.UNSUPPORTED, "Driver does not support blockdev-create");
        }
        if (driver.kind() == DriverKind.FORMAT && !image.has("file")) {
            throw BlockException.invalid("Parameter 'options.file' is missing");
        }
        OptionTree translated = OptionTree.empty().with(DRIVER.name(), driver.name());
        List<String> children = driver.childOptions().stream().map(ChildOption::name).toList();
        for (Map.Entry<String, Object> given : image.without(DRIVER.name()).values().entrySet()) {
            String name = given.getKey();
            if (children.contains(name)) {
                translated = translated.with(name, given.getValue());
            } else {
                Option<?> option = declaredAs(name, prefix, declared);
                Arguments.checkType(prefix + name, option, given.getValue());
                translated = translated.with(option.name(), given.getValue());
            }
        }
        return translated;
    }

    private static Option<?> declaredAs(String name, String prefix, List<Option<?>> declared)
            throws BlockException {
        String declaredName = name.equals("version") ? "compat" : name.replace('-', '_');
        return declared.stream()
                .filter(option -> List.of(name, declaredName).contains(option.name()))
                .findFirst()
                .orElseThrow(() ->
                        BlockException.invalid("Parameter '" + prefix + name + "' is unexpected"));
    }
}
