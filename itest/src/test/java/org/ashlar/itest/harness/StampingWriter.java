package org.ashlar.itest.harness;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Writes stamped blocks into a region of its own until its connection breaks, and knows afterwards
 * what a crash may have left there. Confined to one thread at a time.
 *
 * <p>I1: a block holds {@code durable} or one of its {@code later} stamps: what was sent since the
 * last flush that was acknowledged. Stamp 0 is zeroes.
 */
public final class StampingWriter {
    /** How many bytes have one stamp. */
    public static final int BLOCK = 4096;

    private static final int BLOCKS_MAX = 16;
    private static final int FLUSH_EVERY = 8;

    private final long offset;
    private final int blocks;
    private final Random random;
    private final long[] durable;
    private final List<List<Long>> later = new ArrayList<>();
    private long stamp;

    /** Makes a writer of {@code length} bytes at {@code offset}, all zeroes so far. */
    public StampingWriter(long offset, long length, long seed) {
        this.offset = offset;
        this.blocks = (int) (length / BLOCK);
        this.random = new Random(seed);
        this.durable = new long[blocks];
        for (int i = 0; i < blocks; i++) {
            later.add(new ArrayList<>());
        }
        this.stamp = offset << 20;
    }

    /**
     * Writes, zeroes and flushes until the other side is gone; {@code acknowledged} runs for each.
     */
    public void run(NbdClient client, Runnable acknowledged) {
        try {
            for (int i = 1; ; i++) {
                step(client);
                if (i % FLUSH_EVERY == 0) {
                    client.flush();
                    settle();
                }
                acknowledged.run();
            }
        } catch (IOException e) {
            // Killed, as it should be.
        }
    }

    private void step(NbdClient client) throws IOException {
        int count = 1 + random.nextInt(BLOCKS_MAX);
        int first = random.nextInt(blocks - count);
        long at = offset + (long) first * BLOCK;
        boolean zero = random.nextInt(8) == 0;
        long mark = zero ? 0 : ++stamp;
        for (int i = first; i < first + count; i++) {
            later.get(i).add(mark); // I1
        }
        if (zero) {
            client.zero(at, count * BLOCK);
        } else {
            client.write(at, stamped(count, mark));
        }
    }

    private void settle() {
        for (int i = 0; i < blocks; i++) {
            List<Long> sent = later.get(i);
            if (!sent.isEmpty()) {
                durable[i] = sent.getLast();
                sent.clear();
            }
        }
    }

    private static byte[] stamped(int count, long mark) {
        ByteBuffer data = ByteBuffer.allocate(count * BLOCK).order(ByteOrder.nativeOrder());
        while (data.hasRemaining()) {
            data.putLong(mark);
        }
        return data.array();
    }

    /**
     * Fails unless every block of the image is whole and one that may be there; goes on from it.
     */
    public void verify(FileChannel image) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(BLOCK).order(ByteOrder.nativeOrder());
        for (int i = 0; i < blocks; i++) {
            block.clear();
            while (block.hasRemaining()
                    && image.read(block, offset + (long) i * BLOCK + block.position()) > 0) {}
            long found = block.getLong(0);
            String where = "block at " + (offset + (long) i * BLOCK);
            if (found != durable[i] && !later.get(i).contains(found)) {
                throw new AssertionError(
                        where
                                + " holds "
                                + found
                                + ", flushed was "
                                + durable[i]
                                + ", sent since "
                                + later.get(i));
            }
            for (int word = 8; word < BLOCK; word += 8) {
                if (block.getLong(word) != found) {
                    throw new AssertionError(where + " is torn at byte " + word);
                }
            }
            durable[i] = found;
            later.get(i).clear();
        }
    }
}
