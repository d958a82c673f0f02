package org.ashlar.jobs.internal.stream;

import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/**
 * What a stream job is told, besides what every job is. Immutable. Source: QMP schema, {@code
 * block-stream}.
 *
 * @param device the node whose chain is streamed, by name
 * @param base the file name of the layer that stays, if given so
 * @param baseNode the name of the layer that stays, if given so
 * @param bottom the name of the last layer to be streamed, if given so
 * @param backingFile what the overlay's header is to name instead of the base's file name
 * @param maskProtocol whether the header names {@code raw} where the base is a protocol
 */
record StreamOptions(
        String device,
        Optional<String> base,
        Optional<String> baseNode,
        Optional<String> bottom,
        Optional<String> backingFile,
        boolean maskProtocol) {

    private static final Option<String> DEVICE =
            Option.text("device").required().help("node to stream into");
    private static final Option<String> BASE =
            Option.text("base").help("file name of the layer below which nothing is copied");
    private static final Option<String> BASE_NODE =
            Option.text("base-node").help("name of the layer below which nothing is copied");
    private static final Option<String> BOTTOM =
            Option.text("bottom").help("name of the last layer that is copied");
    private static final Option<String> BACKING_FILE =
            Option.text("backing-file").help("what the image is to name as its backing file");
    private static final Option<Boolean> MASK_PROTOCOL =
            Option.bool("backing-mask-protocol")
                    .orElse(false)
                    .help("name the format raw where the base is a protocol");

    /** Every option of the job. */
    static final List<Option<?>> ALL =
            List.of(DEVICE, BASE, BASE_NODE, BOTTOM, BACKING_FILE, MASK_PROTOCOL);

    /**
     * Reads the options.
     *
     * @throws BlockException of kind {@code INVALID} if the base is described more than once
     */
    static StreamOptions of(OptionValues values) throws BlockException {
        StreamOptions options =
                new StreamOptions(
                        values.get(DEVICE),
                        values.find(BASE),
                        values.find(BASE_NODE),
                        values.find(BOTTOM),
                        values.find(BACKING_FILE),
                        values.get(MASK_PROTOCOL));
        refuseBoth(options.base, BASE, options.baseNode, BASE_NODE);
        refuseBoth(options.base, BASE, options.bottom, BOTTOM);
        refuseBoth(options.bottom, BOTTOM, options.baseNode, BASE_NODE);
        return options;
    }

    private static void refuseBoth(
            Optional<String> one,
            Option<String> first,
            Optional<String> other,
            Option<String> second)
            throws BlockException {
        if (one.isPresent() && other.isPresent()) {
            throw BlockException.invalid(
                    "'%s' and '%s' cannot be specified at the same time".formatted(first, second));
        }
    }
}
