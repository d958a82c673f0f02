package org.ashlar.spi.image;

import java.time.Instant;
import java.util.OptionalLong;

/**
 * An internal snapshot of an image, as it describes itself (QMP {@code SnapshotInfo}). Immutable.
 *
 * @param id what programs call it
 * @param name what people call it
 * @param stateSize the bytes of the machine's state that are stored with it
 * @param taken when it was taken
 * @param clockNanos the machine's clock then, in nanoseconds since it was started
 * @param instructions how many instructions the machine had executed then, if it counted them
 */
public record SnapshotInfo(
        String id,
        String name,
        long stateSize,
        Instant taken,
        long clockNanos,
        OptionalLong instructions) {}
