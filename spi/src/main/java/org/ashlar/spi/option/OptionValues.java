package org.ashlar.spi.option;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;

/** Values that have been checked against the options that were declared. Immutable. */
public final class OptionValues {
    private final Map<String, Object> values;

    private OptionValues(Map<String, Object> values) {
        this.values = Map.copyOf(values);
    }

    /**
     * Checks a user's options against what is declared.
     *
     * @throws BlockException of kind {@code INVALID} for an unknown key, a wrong type, or a missing
     *     required option
     */
    public static OptionValues check(Collection<Option<?>> declared, OptionTree given)
            throws BlockException {
        Map<String, Object> flat = given.flatten();
        Map<String, Object> values = new LinkedHashMap<>();
        for (Option<?> option : declared) {
            Object raw = flat.remove(option.name());
            if (raw != null && !raw.equals(OptionTree.NONE) && !raw.equals(Map.of())) {
                values.put(option.name(), option.type().read(option.name(), raw));
            } else if (option.isRequired()) {
                throw BlockException.invalid("Parameter '" + option.name() + "' is missing");
            } else {
                option.defaultValue().ifPresent(value -> values.put(option.name(), value));
            }
        }
        for (String unknown : flat.keySet()) {
            throw BlockException.invalid("Parameter '" + unknown + "' is unexpected");
        }
        return new OptionValues(values);
    }

    /** Returns the value of an option that has a default or is required. */
    public <T> T get(Option<T> option) {
        return find(option)
                .orElseThrow(() -> new IllegalStateException("option " + option + " has no value"));
    }

    /** Returns the value of an option, if it was given or has a default. */
    @SuppressWarnings("unchecked")
    public <T> Optional<T> find(Option<T> option) {
        return Optional.ofNullable((T) values.get(option.name()));
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
