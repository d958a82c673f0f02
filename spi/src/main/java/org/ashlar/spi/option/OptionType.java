package org.ashlar.spi.option;

import java.util.List;
import java.util.function.BiFunction;
import org.ashlar.spi.BlockException;

/**
 * A type of option values: how they are read and how they are named to users. Immutable.
 *
 * @param <T> the Java type
 * @param name what messages and schemas call it: {@code string}, {@code integer}, {@code size},
 *     {@code uint16}, {@code uint32}, {@code uint64}, {@code boolean}, {@code enum}, or what
 *     clients call a type of its own
 * @param choices the permitted texts of an enumeration, otherwise empty
 * @param reader reads a raw value (String, Long, BigInteger, Double, Boolean) of the option whose
 *     name is the first argument
 */
public record OptionType<T>(
        String name, List<String> choices, BiFunction<String, Object, T> reader) {

    public OptionType {
        choices = List.copyOf(choices);
    }

    /**
     * Reads one raw value.
     *
     * @throws BlockException of kind {@code INVALID} that names the option and what was expected
     */
    public T read(String option, Object raw) throws BlockException {
        try {
            return reader.apply(option, raw);
        } catch (IllegalArgumentException wrong) {
            throw BlockException.invalid(String.valueOf(wrong.getMessage()));
        }
    }
}
