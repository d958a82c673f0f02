package org.ashlar.drivers.qcow2.internal.format;

import java.nio.ByteBuffer;
import java.util.List;
import org.ashlar.spi.BlockException;

/** Refuses header extensions that cannot be (spec, "Header extensions"). Stateless. */
final class ExtensionCheck {
    private static final int BACKING_FORMAT_END = 16;
    private static final int ENCRYPTION_LENGTH = 16;
    private static final int LUKS = 2;

    private ExtensionCheck() {}

    /**
     * Checks what an image has of them.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    static void check(List<HeaderExtension> extensions, int cryptMethod, int clusterBits)
            throws BlockException {
        boolean encryption = false;
        for (HeaderExtension extension : extensions) {
            switch (extension.type()) {
                case HeaderExtension.BACKING_FORMAT -> checkFormat(extension.data().length);
                case HeaderExtension.ENCRYPTION -> {
                    checkEncryption(extension.data(), cryptMethod, clusterBits);
                    encryption = true;
                }
                default -> {}
            }
        }
        if (cryptMethod == LUKS && !encryption) {
            throw BlockException.invalid("Missing CRYPTO header for crypt method " + LUKS);
        }
    }

    private static void checkFormat(int length) throws BlockException {
        if (length >= BACKING_FORMAT_END) {
            throw BlockException.invalid(
                    "ERROR: ext_backing_format: len=%d too large (>=%d)"
                            .formatted(length, BACKING_FORMAT_END));
        }
    }

    private static void checkEncryption(byte[] data, int cryptMethod, int clusterBits)
            throws BlockException {
        if (cryptMethod != LUKS) {
            throw BlockException.invalid(
                    "CRYPTO header extension only expected with LUKS encryption method");
        }
        if (data.length != ENCRYPTION_LENGTH) {
            throw BlockException.invalid(
                    "CRYPTO header extension size %d, but expected size %d"
                            .formatted(data.length, ENCRYPTION_LENGTH));
        }
        long offset = ByteBuffer.wrap(data).getLong();
        long clusterSize = 1L << clusterBits;
        if ((offset & (clusterSize - 1)) != 0) {
            throw BlockException.invalid(
                    "Encryption header offset '%s' is not a multiple of cluster size '%d'"
                            .formatted(Long.toUnsignedString(offset), clusterSize));
        }
    }
}
