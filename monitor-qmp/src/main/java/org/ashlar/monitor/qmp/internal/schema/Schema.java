package org.ashlar.monitor.qmp.internal.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.export.ExportDriver;

/**
 * Makes the answer to {@code query-qmp-schema} from what the drivers that are there declare.
 * Confined to one answer.
 */
public final class Schema {

    private static final String DRIVER = "driver";

    private final Drivers drivers;
    private final Types types = new Types();
    private final List<Map<String, Object>> entities = new ArrayList<>();

    /** The number of the description of a node, which describes its children in the same way. */
    private final String node = types.reserve();

    private Schema(Drivers drivers) {
        this.drivers = drivers;
    }

    /** Returns the entries: commands, events, then types. */
    public static List<Map<String, Object>> of(Drivers drivers) {
        Schema schema = new Schema(drivers);
        drivers.commands().stream()
                .sorted(Comparator.comparing(MonitorCommand::name))
                .forEach(schema::command);
        EventShapes.all().forEach(schema::event);
        schema.nodeOptions();
        schema.entities.addAll(schema.types.entries());
        return schema.entities;
    }

    private void command(MonitorCommand command) {
        Map<String, Object> entry = entry(command.name(), "command", arguments(command));
        entry.put("ret-type", types.name(command.returns()));
        if (command.runsOutOfBand()) {
            entry.put("allow-oob", true);
        }
        if (!command.features().isEmpty()) {
            entry.put("features", command.features());
        }
    }

    private void event(String name, Shape data) {
        entry(name, "event", types.name(data));
    }

    private Map<String, Object> entry(String name, String metaType, String argumentType) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("name", name);
        entry.put("meta-type", metaType);
        entry.put("arg-type", argumentType);
        entities.add(entry);
        return entry;
    }

    /** The commands that describe nodes, images and exports take what the drivers declare. */
    private String arguments(MonitorCommand command) {
        List<Shape.Member> declared = OptionShapes.members(command.arguments());
        return switch (command.name()) {
            case "blockdev-add" -> node;
            case "blockdev-reopen" -> with(declared, "options", types.listOf(node));
            case "blockdev-create" -> with(declared, "options", creation());
            case "block-export-add" -> exports(declared);
            default -> types.name(new Shape.Members(declared));
        };
    }

    /** Returns an object like the declared one, but for one member's type. */
    private String with(List<Shape.Member> declared, String name, String type) {
        String object = types.reserve();
        List<Map<String, Object>> members = new ArrayList<>();
        for (Shape.Member member : declared) {
            members.add(
                    member.name().equals(name)
                            ? Types.member(name, type, false)
                            : types.members(List.of(member)).getFirst());
        }
        types.putObject(object, members);
        return object;
    }

    private String exports(List<Shape.Member> declared) {
        Collection<ExportDriver> exports = drivers.exports();
        String object = types.reserve();
        Map<String, String> variants = new LinkedHashMap<>();
        for (ExportDriver export : exports) {
            variants.put(
                    export.type(),
                    types.name(new Shape.Members(OptionShapes.members(export.options()))));
        }
        types.putVariants(object, tagged(declared, "type", variants), "type", variants);
        return object;
    }

    /** Returns members of which {@code tag} is one of the variants' values. */
    private List<Map<String, Object>> tagged(
            List<Shape.Member> declared, String tag, Map<String, String> variants) {
        List<Shape.Member> members = new ArrayList<>();
        members.add(Shape.member(tag, new Shape.Choice(List.copyOf(variants.keySet()))));
        declared.stream().filter(member -> !member.name().equals(tag)).forEach(members::add);
        return types.members(members);
    }

    private void nodeOptions() {
        String reference = types.reserve();
        types.putKinds(reference, List.of(node, types.name(Shape.TEXT)));
        String optionalReference = types.reserve();
        types.putKinds(
                optionalReference, List.of(node, types.name(Shape.TEXT), types.name(Shape.NULL)));
        Map<String, String> variants =
                variants(
                        drivers.nodes(),
                        driver -> {
                            List<Map<String, Object>> members = new ArrayList<>();
                            for (ChildOption child : driver.childOptions()) {
                                String one = child.required() ? reference : optionalReference;
                                String type = child.list() ? types.listOf(one) : one;
                                members.add(Types.member(child.name(), type, !child.required()));
                            }
                            members.addAll(types.members(OptionShapes.members(driver.options())));
                            return members;
                        });
        List<Shape.Member> general = OptionShapes.members(GeneralOptions.ALL);
        types.putVariants(node, tagged(general, DRIVER, variants), DRIVER, variants);
    }

    private String creation() {
        String object = types.reserve();
        String reference = types.reserve();
        types.putKinds(reference, List.of(node, types.name(Shape.TEXT)));
        List<BlockDriver> creators =
                drivers.nodes().stream()
                        .filter(driver -> !driver.createOptions().isEmpty())
                        .toList();
        Map<String, String> variants =
                variants(
                        creators,
                        driver -> {
                            List<Map<String, Object>> members = new ArrayList<>();
                            if (driver.kind() == DriverKind.FORMAT) {
                                members.add(Types.member("file", reference, false));
                            }
                            members.addAll(types.members(creationMembers(driver)));
                            return members;
                        });
        types.putVariants(object, tagged(List.of(), DRIVER, variants), DRIVER, variants);
        return object;
    }

    private static List<Shape.Member> creationMembers(BlockDriver driver) {
        return driver.createOptions().stream()
                .map(option -> OptionShapes.member(driver.createMember(option), option))
                .toList();
    }

    private Map<String, String> variants(
            Collection<BlockDriver> described,
            Function<BlockDriver, List<Map<String, Object>>> members) {
        Map<String, String> variants = new LinkedHashMap<>();
        described.stream()
                .sorted(Comparator.comparing(BlockDriver::name))
                .forEach(driver -> {
                    String object = types.reserve();
                    types.putObject(object, members.apply(driver));
                    variants.put(driver.name(), object);
                });
        return variants;
    }
}
