package org.ashlar.core.internal.open;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.NodeSettings.DetectZeroes;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/**
 * What every node can be told, whatever its driver: read from a user's options, with what a parent
 * hands down. Stateless.
 */
public final class NodeOptions {
    public static final String DRIVER = "driver";
    public static final String NODE_NAME = "node-name";
    public static final String FILENAME = "filename";

    /** What becomes of discards. */
    private enum Discard {
        IGNORE,
        OFF,
        UNMAP,
        ON
    }

    private static final Option<Boolean> READ_ONLY =
            Option.bool("read-only").reopenable().help("Whether the node must not write.");
    private static final Option<Boolean> AUTO_READ_ONLY =
            Option.bool("auto-read-only")
                    .reopenable()
                    .help("Whether the storage may be opened read-only until it is written.");
    private static final Option<Boolean> DIRECT =
            Option.bool("cache.direct")
                    .reopenable()
                    .help("Whether to bypass the host's page cache.");
    private static final Option<Boolean> NO_FLUSH =
            Option.bool("cache.no-flush").reopenable().help("Whether to ignore flushes.");
    private static final Option<Boolean> FORCE_SHARE =
            Option.bool("force-share").reopenable().help("Whether to tolerate writers outside.");
    private static final Option<Discard> DISCARD =
            Option.choice("discard", Discard.class).reopenable().help("What becomes of discards.");
    private static final Option<DetectZeroes> DETECT_ZEROES =
            Option.choice("detect-zeroes", DetectZeroes.class)
                    .reopenable()
                    .help("What becomes of a write that is all zeroes.");

    private static final Option<Boolean> REPAIR =
            Option.bool("repair")
                    .orElse(false)
                    .help("Whether to open a damaged image, to check and repair it.");

    private static final Option<Boolean> INSPECT =
            Option.bool("inspect")
                    .orElse(false)
                    .help("Whether only the image's metadata are to be looked at.");

    /** The options of every node besides the driver's name and its own. */
    public static final List<Option<?>> ALL =
            List.of(
                    READ_ONLY,
                    AUTO_READ_ONLY,
                    DIRECT,
                    NO_FLUSH,
                    FORCE_SHARE,
                    DISCARD,
                    DETECT_ZEROES,
                    REPAIR,
                    INSPECT);

    private NodeOptions() {}

    /** Returns the options that are every node's. */
    static OptionTree commonOf(OptionTree given) {
        OptionTree common = given;
        for (String key : given.values().keySet()) {
            boolean ours = ALL.stream().anyMatch(option -> option.path().getFirst().equals(key));
            if (!ours) {
                common = common.without(key);
            }
        }
        return common;
    }

    /** Returns the options that are not every node's. */
    private static OptionTree specificOf(OptionTree given) {
        OptionTree specific = given.without(DRIVER, NODE_NAME);
        for (Option<?> option : ALL) {
            specific = specific.without(option.path().getFirst());
        }
        return specific;
    }

    /**
     * Returns the options that are the driver's own: neither every node's nor descriptions of
     * children.
     */
    public static OptionTree ownOf(BlockDriver driver, OptionTree given) {
        OptionTree own = specificOf(given);
        for (ChildOption child : driver.childOptions()) {
            own = own.without(child.name());
        }
        return own;
    }

    /**
     * Returns the driver's own options.
     *
     * @throws BlockException of kind {@code INVALID} naming one that there is not, or that is wrong
     */
    static OptionValues check(BlockDriver driver, OptionTree given) throws BlockException {
        Optional<String> unknown = unknown(driver, given);
        if (unknown.isPresent()) {
            String refusal =
                    driver.kind() == DriverKind.PROTOCOL
                            ? "Block protocol '%s' doesn't support the option '%s'"
                            : "Block format '%s' does not support the option '%s'";
            throw BlockException.invalid(refusal.formatted(driver.name(), unknown.get()));
        }
        return OptionValues.check(driver.options(), ownOf(driver, given));
    }

    /** Returns the first option that neither every node nor this driver has. */
    static Optional<String> unknown(BlockDriver driver, OptionTree given) {
        Set<String> left = ownOf(driver, given).flatten().keySet();
        driver.options().forEach(option -> left.remove(option.name()));
        return left.stream().findFirst();
    }

    /** Reads a node's settings. */
    static NodeSettings settings(OptionTree given, NodeSettings inherited) throws BlockException {
        OptionValues values = OptionValues.check(ALL, commonOf(given));
        NodeSettings settings =
                new NodeSettings(
                        values.find(READ_ONLY).orElse(inherited.readOnly()),
                        values.find(AUTO_READ_ONLY).orElse(inherited.autoReadOnly()),
                        values.find(DIRECT).orElse(inherited.direct()),
                        values.find(NO_FLUSH).orElse(inherited.noFlush()),
                        values.find(FORCE_SHARE).orElse(inherited.forceShare()),
                        values.find(DISCARD)
                                .map(discard -> discard == Discard.UNMAP || discard == Discard.ON)
                                .orElse(inherited.unmap()),
                        values.find(DETECT_ZEROES).orElse(DetectZeroes.OFF));
        if (settings.detectZeroes() == DetectZeroes.UNMAP && !settings.unmap()) {
            throw BlockException.invalid(
                    "setting detect-zeroes to unmap is not allowed without setting discard "
                            + "operation to unmap");
        }
        if (settings.forceShare() && !settings.readOnly()) {
            throw BlockException.invalid("force-share=on can only be used with read-only images");
        }
        return settings;
    }

    /** Returns whether a node is opened to be repaired. */
    static boolean forRepair(OptionTree given) throws BlockException {
        return OptionValues.check(ALL, commonOf(given)).get(REPAIR);
    }

    /** Returns whether a node is opened to be looked at alone. */
    static boolean forInspection(OptionTree given) throws BlockException {
        return OptionValues.check(ALL, commonOf(given)).get(INSPECT);
    }

    /** Returns what a node hands down to a child that says nothing itself. */
    static NodeSettings handDown(NodeSettings parent, ChildRole role) {
        boolean backing = role == ChildRole.BACKING;
        return new NodeSettings(
                backing || parent.readOnly(),
                parent.autoReadOnly(),
                parent.direct(),
                parent.noFlush(),
                parent.forceShare(),
                !backing || parent.unmap(),
                DetectZeroes.OFF);
    }
}
