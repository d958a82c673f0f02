package org.ashlar.drivers.qcow2.internal;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/** Declares and checks {@code overlap-check} and what can be said below it. Stateless. */
final class OverlapOptions {
    private static final Set<String> MODES = Set.of("none", "constant", "cached", "all");

    private static final Option<String> MODE =
            Option.text("overlap-check")
                    .reopenable()
                    .help("what writes are checked against: none, constant, cached or all");
    private static final Option<String> TEMPLATE =
            Option.text("overlap-check.template")
                    .reopenable()
                    .help("what the keys beside it start from: none, constant, cached or all");

    /** Every option. */
    static final List<Option<?>> ALL =
            Stream.<Option<?>>concat(
                            Stream.of(MODE, TEMPLATE),
                            Stream.of(
                                            "main-header",
                                            "active-l1",
                                            "active-l2",
                                            "refcount-table",
                                            "refcount-block",
                                            "snapshot-table",
                                            "inactive-l1",
                                            "inactive-l2",
                                            "bitmap-directory")
                                    .map(OverlapOptions::part))
                    .toList();

    private OverlapOptions() {}

    private static Option<Boolean> part(String name) {
        return Option.bool("overlap-check." + name)
                .reopenable()
                .help("whether writes are checked against it");
    }

    /**
     * Checks what was given.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    static void check(OptionValues values) throws BlockException {
        for (Option<String> option : List.of(MODE, TEMPLATE)) {
            String mode = values.find(option).orElse("cached");
            if (!MODES.contains(mode)) {
                throw BlockException.invalid(
                        "Unsupported value '"
                                + mode
                                + "' for qcow2 option 'overlap-check'. Allowed are any of the"
                                + " following: none, constant, cached, all");
            }
        }
    }
}
