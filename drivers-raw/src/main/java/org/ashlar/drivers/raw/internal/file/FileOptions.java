package org.ashlar.drivers.raw.internal.file;

import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionType;
import org.ashlar.spi.option.OptionValues;

/**
 * What a node of a host file is told. Immutable.
 *
 * @param locking whether to lock the image
 * @param dropCache whether to forget the page cache when the image is taken over
 */
record FileOptions(Locking locking, boolean dropCache) {

    /** Whether to lock the image. */
    enum Locking {
        /** If the system can. */
        AUTO,
        ON,
        OFF
    }

    private static final List<String> ENGINES = List.of("threads", "native", "io_uring");

    static final Option<String> FILENAME =
            Option.text("filename").required().help("path of the file or device");

    private static final Option<Locking> LOCKING =
            Option.choice("locking", Locking.class)
                    .orElse(Locking.AUTO)
                    .reopenable()
                    .help("keep other programs from using the image, by locks on it");

    private static final Option<String> AIO =
            Option.of("aio", new OptionType<>("enum", ENGINES, FileOptions::readEngine))
                    .orElse("threads")
                    .reopenable()
                    .help("accepted; every choice is served by a pool of threads");

    private static final Option<Long> AIO_MAX_BATCH =
            Option.integer("aio-max-batch")
                    .orElse(0L)
                    .reopenable()
                    .help("accepted; there are no batches to limit");

    private static final Option<Boolean> DROP_CACHE =
            Option.bool("drop-cache")
                    .orElse(true)
                    .reopenable()
                    .help("forget the host's cache of the image when it is taken over");

    private static final Option<Boolean> CHECK_CACHE_DROPPED =
            Option.bool("x-check-cache-dropped")
                    .orElse(false)
                    .reopenable()
                    .help("accepted; nothing is checked");

    private static final Option<String> PR_MANAGER =
            Option.text("pr-manager").help("refused: there is no persistent reservation manager");

    /** Every option of the drivers. */
    static final List<Option<?>> ALL =
            List.of(
                    FILENAME,
                    LOCKING,
                    AIO,
                    AIO_MAX_BATCH,
                    DROP_CACHE,
                    CHECK_CACHE_DROPPED,
                    PR_MANAGER);

    /** Reads and checks the options. */
    static FileOptions from(OptionValues values, NodeSettings settings) throws BlockException {
        String manager = values.find(PR_MANAGER).orElse("");
        if (!manager.isEmpty()) {
            throw BlockException.invalid(
                    "No persistent reservation manager with id '" + manager + "'");
        }
        if (values.get(AIO).equals("native") && !settings.direct()) {
            throw BlockException.invalid(
                    "aio=native was specified, but it requires cache.direct=on, which was not"
                            + " specified.");
        }
        if (values.get(AIO_MAX_BATCH) < 0) {
            throw BlockException.invalid("Parameter 'aio-max-batch' expects a number of 0 or more");
        }
        if (settings.forceShare() && !settings.readOnly()) {
            throw BlockException.invalid("force-share=on can only be used with read-only images");
        }
        return new FileOptions(values.get(LOCKING), values.get(DROP_CACHE));
    }

    private static String readEngine(String option, Object raw) {
        if (raw instanceof String text && ENGINES.contains(text)) {
            return text;
        }
        throw new IllegalArgumentException(
                "Parameter '" + option + "' does not accept value '" + raw + "'");
    }
}
