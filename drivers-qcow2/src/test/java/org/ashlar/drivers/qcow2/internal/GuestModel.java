package org.ashlar.drivers.qcow2.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.ashlar.spi.IoFlags;
import org.ashlar.tck.RigNode;

/** Does random requests to a disk and knows what it must hold afterwards. Confined to a test. */
final class GuestModel {
    private final Random random;
    private final byte[] expected;

    /** Begins with what the disk holds now. */
    GuestModel(long seed, byte[] now) {
        this.random = new Random(seed);
        this.expected = now.clone();
    }

    byte[] expected() {
        return expected;
    }

    /** Does one request. */
    void step(RigNode disk) throws IOException {
        int unit = random.nextInt(4) == 0 ? 1 : 512 << random.nextInt(8);
        int offset = random.nextInt(expected.length / unit) * unit;
        int length = Math.min(expected.length - offset, unit * (1 + random.nextInt(6)));
        switch (random.nextInt(10)) {
            case 0, 1 -> zero(disk, offset, length);
            case 2 -> discard(disk, offset, length);
            case 3 -> verify(disk, offset, length);
            case 4 -> disk.flush();
            default -> write(disk, offset, length);
        }
    }

    private void write(RigNode disk, int offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        if (random.nextBoolean()) {
            // Some of it shrinks.
            Arrays.fill(bytes, random.nextInt(length), length, bytes[0]);
        }
        disk.write(offset, bytes, random.nextInt(3) == 0 ? IoFlags.COMPRESSED : IoFlags.NONE);
        System.arraycopy(bytes, 0, expected, offset, length);
    }

    private void zero(RigNode disk, int offset, int length) throws IOException {
        IoFlags flags = random.nextBoolean() ? IoFlags.MAY_UNMAP : IoFlags.NONE;
        disk.zero(offset, length, flags);
        Arrays.fill(expected, offset, offset + length, (byte) 0);
    }

    /** What was discarded may read as it did, or as zeroes: whichever, it stays so. */
    private void discard(RigNode disk, int offset, int length) throws IOException {
        disk.discard(offset, length);
        byte[] now = disk.read(offset, length);
        for (int i = 0; i < length; i++) {
            if (now[i] != 0) {
                assertEquals(expected[offset + i], now[i], "a discarded byte at " + (offset + i));
            }
            expected[offset + i] = now[i];
        }
    }

    void verify(RigNode disk, int offset, int length) throws IOException {
        byte[] now = disk.read(offset, length);
        int wrong = Arrays.mismatch(now, Arrays.copyOfRange(expected, offset, offset + length));
        assertEquals(-1, wrong, () -> "first wrong byte at " + (offset + wrong));
    }

    void verifyAll(RigNode disk) throws IOException {
        verify(disk, 0, expected.length);
    }
}
