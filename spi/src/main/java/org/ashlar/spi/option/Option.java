package org.ashlar.spi.option;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * A typed key for one option of a driver, export, job or command; kept in constants. Immutable. The
 * name may be dotted: {@code server.host} is the member {@code host} of the object {@code server}.
 *
 * @param <T> the type of its values
 */
public final class Option<T> {
    private final String name;
    private final OptionType<T> type;
    private final Optional<T> defaultValue;
    private final boolean required;
    private final boolean reopenable;
    private final String help;

    private Option(
            Option<T> from,
            Optional<T> defaultValue,
            boolean required,
            boolean reopenable,
            String help) {
        this(from.name, from.type, defaultValue, required, reopenable, help);
    }

    private Option(
            String name,
            OptionType<T> type,
            Optional<T> defaultValue,
            boolean required,
            boolean reopenable,
            String help) {
        this.name = Objects.requireNonNull(name);
        this.type = type;
        this.defaultValue = defaultValue;
        this.required = required;
        this.reopenable = reopenable;
        this.help = help;
    }

    /** A number of bytes; text such as {@code 64k} is accepted. */
    public static Option<Long> bytes(String name) {
        return of(name, new OptionType<>("size", List.of(), OptionTypes::readBytes));
    }

    /** A whole number. */
    public static Option<Long> integer(String name) {
        return of(name, new OptionType<>("integer", List.of(), OptionTypes::readInteger));
    }

    /**
     * A whole number from 0 on that fits into so many bits: 16, 32 or 64. Of 64 bits, numbers above
     * {@link Long#MAX_VALUE} are negative, and -1 stands for the largest, as in the reference.
     */
    public static Option<Long> unsigned(String name, int bits) {
        return of(
                name,
                new OptionType<>(
                        "uint" + bits,
                        List.of(),
                        (option, raw) -> OptionTypes.readUnsigned(option, bits, raw)));
    }

    /** A text. */
    public static Option<String> text(String name) {
        return of(name, new OptionType<>("string", List.of(), OptionTypes::readText));
    }

    /** A truth value; text {@code on} or {@code off} is accepted. */
    public static Option<Boolean> bool(String name) {
        return of(name, new OptionType<>("boolean", List.of(), OptionTypes::readBoolean));
    }

    /** One of the constants of an enumeration, in lower case with dashes. */
    public static <E extends Enum<E>> Option<E> choice(String name, Class<E> type) {
        List<E> constants = List.of(type.getEnumConstants());
        List<String> texts = constants.stream().map(Option::textOf).toList();
        return of(
                name,
                new OptionType<>(
                        "enum",
                        texts,
                        (option, raw) -> {
                            int index = texts.indexOf(OptionTypes.readText(option, raw));
                            if (index < 0) {
                                throw new IllegalArgumentException(
                                        "Parameter '"
                                                + option
                                                + "' does not accept value '"
                                                + raw
                                                + "'");
                            }
                            return constants.get(index);
                        }));
    }

    /** A value of a type of the caller's own. */
    public static <T> Option<T> of(String name, OptionType<T> type) {
        return new Option<>(name, type, Optional.empty(), false, false, "");
    }

    /** Returns how an enumeration's constant is written by users. */
    public static String textOf(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Gives the option a value for when it is left out. */
    public Option<T> orElse(T value) {
        return new Option<>(this, Optional.of(value), false, reopenable, help);
    }

    /** Makes leaving the option out an error. */
    public Option<T> required() {
        return new Option<>(this, Optional.empty(), true, reopenable, help);
    }

    /** Lets the option change in a reopen. */
    public Option<T> reopenable() {
        return new Option<>(this, defaultValue, required, true, help);
    }

    /** Documents the option in one line. */
    public Option<T> help(String line) {
        return new Option<>(this, defaultValue, required, reopenable, line);
    }

    /** Returns the key, dotted where nested. */
    public String name() {
        return name;
    }

    /** Returns the parts of the key. */
    public List<String> path() {
        return Arrays.asList(name.split("\\."));
    }

    /** Returns the type of its values. */
    public OptionType<T> type() {
        return type;
    }

    /** Returns the value for when it is left out. */
    public Optional<T> defaultValue() {
        return defaultValue;
    }

    /** Returns whether leaving it out is an error. */
    public boolean isRequired() {
        return required;
    }

    /** Returns whether a reopen may change it. */
    public boolean isReopenable() {
        return reopenable;
    }

    /** Returns its one line of documentation. */
    public String help() {
        return help;
    }

    @Override
    public String toString() {
        return name;
    }
}
