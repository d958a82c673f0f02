package org.ashlar.tools.text;

import java.util.Optional;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.option.Option;

/** Reads the values of options as the reference words them. Stateless. */
public final class Preallocations {

    private Preallocations() {}

    /** Returns the preallocation of that name. */
    public static Optional<Preallocation> of(String name) {
        for (Preallocation mode : Preallocation.values()) {
            if (Option.textOf(mode).equals(name)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }

    /** Returns what is said of an option that should have been a number of bytes. */
    public static String wrongSize(String option) {
        return "Parameter '"
                + option
                + "' expects a non-negative number below 2^64\n"
                + "Optional suffix k, M, G, T, P or E means kilo-, mega-, giga-, tera-, peta-\n"
                + "and exabytes, respectively.";
    }
}
