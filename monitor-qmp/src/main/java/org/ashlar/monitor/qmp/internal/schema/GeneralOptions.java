package org.ashlar.monitor.qmp.internal.schema;

import java.util.List;
import org.ashlar.spi.NodeSettings.DetectZeroes;
import org.ashlar.spi.option.Option;

/** The options that every node has, whatever its driver. Stateless. */
public final class GeneralOptions {

    /** What becomes of discards. */
    enum Discard {
        IGNORE,
        UNMAP
    }

    /** All of them, but for the driver's name. */
    public static final List<Option<?>> ALL =
            List.of(
                    Option.text("node-name"),
                    Option.choice("discard", Discard.class),
                    Option.bool("cache.direct"),
                    Option.bool("cache.no-flush"),
                    Option.bool("read-only"),
                    Option.bool("auto-read-only"),
                    Option.bool("force-share"),
                    Option.choice("detect-zeroes", DetectZeroes.class));

    private GeneralOptions() {}
}
