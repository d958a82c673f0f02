package org.ashlar.monitor.qmp.internal.session;

import java.math.BigInteger;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/**
 * Checks a command's arguments as the reference does: in the order they are declared, by their JSON
 * types (a number in quotes is no number), and none that is not declared. Stateless.
 */
public final class Arguments {

    private Arguments() {}

    /**
     * Checks all arguments of a command. Lists and objects are only checked to be such: they are
     * the command's to read, from the tree.
     *
     * @param open whether others than the declared ones may be given, which are checked elsewhere
     */
    public static OptionValues check(Collection<Option<?>> declared, OptionTree given, boolean open)
            throws BlockException {
        checkTypes("", declared, given);
        if (!open) {
            checkNames("", declared, given);
        }
        Map<String, Object> known = new LinkedHashMap<>();
        List<Option<?>> scalars = declared.stream().filter(Arguments::isScalar).toList();
        for (Option<?> option : scalars) {
            find(given.values(), option.path(), "").ifPresent(raw -> known.put(option.name(), raw));
        }
        return OptionValues.check(scalars, OptionTree.typed(known));
    }

    /**
     * Checks that values of declared options have their JSON types and none that is required is
     * missing.
     *
     * @param prefix what error messages put before an option's name
     */
    public static void checkTypes(String prefix, Collection<Option<?>> declared, OptionTree given)
            throws BlockException {
        for (Option<?> option : declared) {
            if (isGivenOtherwise(option, declared, given)) {
                continue;
            }
            Optional<Object> raw = find(given.values(), option.path(), prefix);
            if (raw.isPresent()) {
                checkType(prefix + option.name(), option, raw.get());
            } else if (option.isRequired()) {
                throw missing(prefix, option, given);
            }
        }
    }

    /**
     * Returns whether an option can be a plain value or an object with members, and the one given
     * is not the one that this option is of.
     */
    private static boolean isGivenOtherwise(
            Option<?> option, Collection<Option<?>> declared, OptionTree given) {
        String name = option.path().getFirst();
        boolean member = option.path().size() > 1;
        boolean either =
                declared.stream()
                        .anyMatch(other ->
                                other.path().getFirst().equals(name)
                                        && other.path().size() > 1 != member);
        return either && given.find(name).filter(raw -> raw instanceof Map != member).isPresent();
    }

    /** Checks that every value given belongs to a declared option. */
    public static void checkNames(String prefix, Collection<Option<?>> declared, OptionTree given)
            throws BlockException {
        checkNames(prefix, declared.stream().map(Option::path).toList(), given.values());
    }

    private static void checkNames(String prefix, List<List<String>> paths, Map<?, ?> given)
            throws BlockException {
        for (Map.Entry<?, ?> member : given.entrySet()) {
            String name = String.valueOf(member.getKey());
            List<List<String>> below =
                    paths.stream().filter(path -> path.getFirst().equals(name)).toList();
            if (below.isEmpty()) {
                throw BlockException.invalid("Parameter '" + prefix + name + "' is unexpected");
            }
            List<List<String>> rest =
                    below.stream()
                            .filter(path -> path.size() > 1)
                            .map(path -> path.subList(1, path.size()))
                            .toList();
            if (!rest.isEmpty() && member.getValue() instanceof Map<?, ?> nested) {
                checkNames(prefix + name + ".", rest, nested);
            }
        }
    }

    private static boolean isScalar(Option<?> option) {
        return !option.type().name().equals("array") && !option.type().name().equals("object");
    }

    /** Returns the value at a path; what lies on the way must be objects. */
    private static Optional<Object> find(Map<?, ?> values, List<String> path, String prefix)
            throws BlockException {
        Object found = values.get(path.getFirst());
        if (path.size() == 1 || found == null) {
            return Optional.ofNullable(found);
        }
        String at = prefix + path.getFirst();
        if (!(found instanceof Map<?, ?> nested)) {
            throw wrongType(at, "object");
        }
        return find(nested, path.subList(1, path.size()), at + ".");
    }

    private static BlockException missing(String prefix, Option<?> option, OptionTree given) {
        String outer = option.path().getFirst();
        String name = given.has(outer) ? option.name() : outer;
        return BlockException.invalid("Parameter '" + prefix + name + "' is missing");
    }

    /** Checks that a value has the JSON type that goes with an option. */
    public static void checkType(String name, Option<?> option, Object raw) throws BlockException {
        if (option.type().name().startsWith("uint")) {
            checkUnsigned(name, raw);
            return;
        }
        boolean fits =
                switch (option.type().name()) {
                    case "string", "enum" -> raw instanceof String;
                    case "boolean" -> raw instanceof Boolean;
                    case "integer", "size" -> raw instanceof Long;
                    case "array" -> raw instanceof List;
                    case "object" -> raw instanceof Map;
                    default -> option.type().choices().isEmpty() || raw instanceof String;
                };
        if (!fits) {
            String expected =
                    switch (option.type().name()) {
                        case "enum" -> "string";
                        case "size" -> "integer";
                        default -> option.type().name();
                    };
            throw wrongType(name, expected);
        }
        if (raw instanceof String text
                && !option.type().choices().isEmpty()
                && !option.type().choices().contains(text)) {
            String last = name.substring(name.lastIndexOf('.') + 1);
            throw BlockException.invalid(
                    "Parameter '" + last + "' does not accept value '" + text + "'");
        }
    }

    /** Checks that a value is a whole number; what it may be is the option's to check. */
    public static void checkUnsigned(String name, Object raw) throws BlockException {
        if (!(raw instanceof Long || raw instanceof BigInteger)) {
            throw BlockException.invalid("Parameter '" + name + "' expects uint64");
        }
    }

    /** Returns the error of a value of the wrong JSON type. */
    public static BlockException wrongType(String name, String expected) {
        return BlockException.invalid(
                "Invalid parameter type for '" + name + "', expected: " + expected);
    }
}
