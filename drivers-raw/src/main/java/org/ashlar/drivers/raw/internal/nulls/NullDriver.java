package org.ashlar.drivers.raw.internal.nulls;

import java.time.Duration;
import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/** Opens nodes that keep nothing, for tests and measurements. Immutable. */
public final class NullDriver implements BlockDriver {
    private static final Option<Long> SIZE =
            Option.bytes("size").orElse(1L << 30).help("length in bytes");

    private static final Option<Long> LATENCY =
            Option.unsigned("latency-ns", 64)
                    .orElse(0L)
                    .reopenable()
                    .help("how long each request takes, in nanoseconds");

    private static final Option<Boolean> READ_ZEROES =
            Option.bool("read-zeroes")
                    .orElse(false)
                    .reopenable()
                    .help("say that everything reads as zeroes");

    private final String name;

    /** Makes a driver that users call {@code name}. */
    public NullDriver(String name) {
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public List<Option<?>> options() {
        return List.of(SIZE, LATENCY, READ_ZEROES);
    }

    @Override
    public BlockNode open(OpenRequest request) throws BlockException {
        return node(request.options(), request.settings());
    }

    static NullNode node(OptionValues options, NodeSettings settings) throws BlockException {
        long latency = options.get(LATENCY);
        if (latency < 0) {
            throw BlockException.invalid("latency-ns is invalid");
        }
        return new NullNode(
                options.get(SIZE),
                Duration.ofNanos(latency),
                options.get(READ_ZEROES),
                settings.readOnly());
    }
}
