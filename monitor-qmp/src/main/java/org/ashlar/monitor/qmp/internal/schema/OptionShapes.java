package org.ashlar.monitor.qmp.internal.schema;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.option.Option;

/** Says what declared options look like as members of a JSON object. Stateless. */
final class OptionShapes {

    private OptionShapes() {}

    /** Returns the members that stand for options; dotted names make objects within. */
    static List<Shape.Member> members(Collection<Option<?>> options) {
        List<Named> named =
                options.stream().map(option -> new Named(option.path(), option)).toList();
        return membersOf(named);
    }

    /** Returns the member that stands for one option, under another name. */
    static Shape.Member member(String name, Option<?> option) {
        return new Shape.Member(name, shape(option), !option.isRequired());
    }

    /**
     * An option under what is left of its name.
     *
     * @param path the parts of the name from here on
     * @param option the option
     */
    private record Named(List<String> path, Option<?> option) {}

    private static List<Shape.Member> membersOf(List<Named> options) {
        Map<String, List<Named>> groups = new LinkedHashMap<>();
        options.forEach(named ->
                groups.computeIfAbsent(named.path().getFirst(), _ -> new ArrayList<>()).add(named));
        List<Shape.Member> members = new ArrayList<>();
        groups.forEach((name, group) -> members.add(member(name, group)));
        return members;
    }

    private static Shape.Member member(String name, List<Named> group) {
        boolean optional = group.stream().noneMatch(named -> named.option().isRequired());
        Named first = group.getFirst();
        if (first.path().size() == 1) {
            return new Shape.Member(name, shape(first.option()), optional);
        }
        List<Named> rest =
                group.stream()
                        .filter(named -> named.path().size() > 1)
                        .map(named ->
                                new Named(
                                        named.path().subList(1, named.path().size()),
                                        named.option()))
                        .toList();
        return new Shape.Member(name, new Shape.Members(membersOf(rest)), optional);
    }

    /** The choices of a list are those of its items. */
    private static Shape shape(Option<?> option) {
        List<String> choices = option.type().choices();
        return switch (option.type().name()) {
            case "string" -> Shape.TEXT;
            case "integer", "size", "uint16", "uint32", "uint64" -> Shape.INTEGER;
            case "boolean" -> Shape.BOOLEAN;
            case "array" -> Shape.listOf(choices.isEmpty() ? Shape.ANY : new Shape.Choice(choices));
            default -> choices.isEmpty() ? Shape.ANY : new Shape.Choice(choices);
        };
    }
}
