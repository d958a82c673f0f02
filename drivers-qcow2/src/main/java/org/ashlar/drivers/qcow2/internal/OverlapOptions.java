package org.ashlar.drivers.qcow2.internal;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.ashlar.drivers.qcow2.internal.table.Area;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionType;
import org.ashlar.spi.option.OptionValues;

/** Reads {@code overlap-check} and what can be said below it. Stateless. */
final class OverlapOptions {
    private static final Set<Area> CONSTANT =
            EnumSet.of(
                    Area.MAIN_HEADER,
                    Area.ACTIVE_L1,
                    Area.REFCOUNT_TABLE,
                    Area.SNAPSHOT_TABLE,
                    Area.BITMAP_DIRECTORY);
    private static final Map<String, Set<Area>> MODES =
            Map.of(
                    "none", EnumSet.noneOf(Area.class),
                    "constant", CONSTANT,
                    "cached", EnumSet.complementOf(EnumSet.of(Area.INACTIVE_L2)),
                    "all", EnumSet.allOf(Area.class));

    private static final Option<String> MODE =
            Option.of("overlap-check", modeType("Qcow2OverlapChecks"))
                    .reopenable()
                    .help("what writes are checked against: none, constant, cached or all");
    private static final Option<String> TEMPLATE =
            Option.of("overlap-check.template", modeType("enum"))
                    .reopenable()
                    .help("what the keys beside it start from: none, constant, cached or all");
    private static final Map<Area, Option<Boolean>> PARTS = parts();

    /** Every option. */
    static final List<Option<?>> ALL = all();

    private OverlapOptions() {}

    private static OptionType<String> modeType(String name) {
        List<String> modes = List.of("none", "constant", "cached", "all");
        return new OptionType<>(name, modes, Option.text(name).type().reader());
    }

    private static Map<Area, Option<Boolean>> parts() {
        Map<Area, Option<Boolean>> parts = new EnumMap<>(Area.class);
        for (Area area : Area.values()) {
            String name = area.name().toLowerCase(Locale.ROOT).replace('_', '-');
            parts.put(
                    area,
                    Option.bool("overlap-check." + name)
                            .reopenable()
                            .help("whether writes are checked against it"));
        }
        return parts;
    }

    private static List<Option<?>> all() {
        List<Option<?>> all = new ArrayList<>(List.of(MODE, TEMPLATE));
        all.addAll(PARTS.values());
        return List.copyOf(all);
    }

    /**
     * Checks what was given.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    static void check(OptionValues values) throws BlockException {
        if (!MODES.containsKey(mode(values))) {
            throw BlockException.invalid(
                    "Unsupported value '"
                            + mode(values)
                            + "' for qcow2 option 'overlap-check'. Allowed are any of the"
                            + " following: none, constant, cached, all");
        }
    }

    private static String mode(OptionValues values) {
        return values.find(MODE).or(() -> values.find(TEMPLATE)).orElse("cached");
    }

    /** Returns what writes are checked against, by values that were checked. */
    static Set<Area> areas(OptionValues values) {
        Set<Area> areas = EnumSet.noneOf(Area.class);
        areas.addAll(MODES.getOrDefault(mode(values), Set.of()));
        PARTS.forEach((area, option) ->
                values.find(option)
                        .ifPresent(wanted -> {
                            if (wanted) {
                                areas.add(area);
                            } else {
                                areas.remove(area);
                            }
                        }));
        return areas;
    }
}
