package org.ashlar.core.internal.open;

import java.lang.foreign.MemorySegment;
import java.util.Optional;
import org.ashlar.core.internal.io.FormatGuard;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Probe;
import org.ashlar.spi.control.Drivers;

/** Finds out the format of an image by its first bytes. Stateless. */
public final class Prober {
    /** How many bytes are looked at. */
    static final int HEAD = 2048;

    private Prober() {}

    /**
     * A format that fits.
     *
     * @param driver the format's
     * @param guessed whether it fits because anything would
     */
    record Found(BlockDriver driver, boolean guessed) {}

    /** Returns the format whose signature is there, or one that anything could be. */
    static Optional<Found> best(Drivers drivers, MemorySegment head) {
        Optional<Found> fallback = Optional.empty();
        for (BlockDriver driver : drivers.nodes()) {
            if (driver.kind() == DriverKind.FORMAT) {
                Probe probe = driver.probe(head.asReadOnly());
                if (probe == Probe.MATCH) {
                    return Optional.of(new Found(driver, false));
                }
                fallback =
                        probe == Probe.FALLBACK ? Optional.of(new Found(driver, true)) : fallback;
            }
        }
        return fallback;
    }

    /** Returns what tells a raw head from that of a format, by the drivers that are there. */
    public static FormatGuard guard(Drivers drivers) {
        return head ->
                drivers.nodes().stream()
                        .anyMatch(driver ->
                                driver.kind() == DriverKind.FORMAT
                                        && driver.probe(head) == Probe.MATCH);
    }
}
