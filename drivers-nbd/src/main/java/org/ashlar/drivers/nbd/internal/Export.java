package org.ashlar.drivers.nbd.internal;

import static org.ashlar.drivers.nbd.internal.Protocol.TRANSMIT_FAST_ZERO;
import static org.ashlar.drivers.nbd.internal.Protocol.TRANSMIT_FUA;
import static org.ashlar.drivers.nbd.internal.Protocol.TRANSMIT_READ_ONLY;
import static org.ashlar.drivers.nbd.internal.Protocol.TRANSMIT_TRIM;
import static org.ashlar.drivers.nbd.internal.Protocol.TRANSMIT_WRITE_ZEROES;

import java.util.EnumSet;
import java.util.Optional;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;

/**
 * What server and client agreed on for one connection. Immutable.
 *
 * @param length the export's length in bytes
 * @param flags its transmission flags
 * @param blocks the sizes of requests it takes
 * @param replies how it answers
 * @param context the id of the metadata context, if the server has it
 */
record Export(
        long length, int flags, BlockSizes blocks, Replies replies, Optional<Integer> context) {

    /** How a server answers. */
    enum Replies {
        SIMPLE,
        STRUCTURED,
        EXTENDED
    }

    /**
     * The sizes of requests a server takes, in bytes.
     *
     * @param least a power of two that divides every offset and length
     * @param most the longest read or write, a multiple of {@code least}
     */
    record BlockSizes(int least, int most) {
        private static final int SECTOR = 512;

        /** The least size that any server takes, as far as is known. */
        static BlockSizes unknown(long length) {
            return new BlockSizes(
                    length % SECTOR == 0 ? SECTOR : 1, Capabilities.DEFAULT_MAX_TRANSFER);
        }
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    boolean isReadOnly() {
        return has(TRANSMIT_READ_ONLY);
    }

    /** Returns what a node that shows the export can do. */
    Capabilities capabilities() {
        EnumSet<Feature> features = EnumSet.of(Feature.PARALLEL);
        if (!isReadOnly()) {
            features.add(Feature.WRITE);
            addIf(TRANSMIT_FUA, Feature.FUA, features);
            addIf(TRANSMIT_TRIM, Feature.DISCARD, features);
            addIf(TRANSMIT_WRITE_ZEROES, Feature.ZERO, features);
            if (has(TRANSMIT_WRITE_ZEROES)) {
                addIf(TRANSMIT_FAST_ZERO, Feature.FAST_ZERO, features);
            }
        }
        return new Capabilities(features, blocks.least(), 1, blocks.most());
    }

    private void addIf(int flag, Feature feature, EnumSet<Feature> features) {
        if (has(flag)) {
            features.add(feature);
        }
    }

    /** Returns why a connection that agreed on {@code next} cannot go on for this one, if so. */
    Optional<String> conflictWith(Export next) {
        if (next.length != length) {
            return Optional.of("the export's length changed from " + length + " to " + next.length);
        }
        Capabilities now = capabilities();
        Capabilities then = next.capabilities();
        if (!then.features().containsAll(now.features())) {
            return Optional.of("the export can do less than before");
        }
        if (then.alignment() > now.alignment() || then.maxTransfer() < now.maxTransfer()) {
            return Optional.of("the export takes other sizes of requests than before");
        }
        return Optional.empty();
    }
}
