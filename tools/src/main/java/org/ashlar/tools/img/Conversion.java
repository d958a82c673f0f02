package org.ashlar.tools.img;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers.Buffer;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.source.Admission;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.Lane;
import org.ashlar.tools.image.Threads;
import org.ashlar.tools.text.ErrorText;
import org.ashlar.tools.text.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Copies the chunks of the sources to the target: the command's thread finds out what is where, and
 * workers on virtual threads read and write, in the chunks' order unless told otherwise.
 *
 * <ul>
 *   <li>I1: the queue is taken from until the last chunk, also after a failure, so that the
 *       command's thread never waits in vain.
 *   <li>I2: a worker that waits at the turnstile holds no admission.
 * </ul>
 */
final class Conversion {
    private static final int BUFFER = 2 << 20;
    private static final Chunk END = new Chunk(Long.MAX_VALUE, 0, 0, 0, 0, true);

    private final SourceSet sources;
    private final Disk target;
    private final ConvertOptions options;
    private final Progress progress;
    private final ChunkPlan plan;
    private final boolean ordered;
    private final Turnstile turnstile = new Turnstile();
    private final BlockingQueue<Chunk> queue;
    private final AtomicReference<@Nullable ToolFailure> failure = new AtomicReference<>();
    private final boolean targetReadsZero;
    private final long sparseUnit;

    Conversion(SourceSet sources, Disk target, ConvertOptions options, Progress progress)
            throws IOException {
        this.sources = sources;
        this.target = target;
        this.options = options;
        this.progress = progress;
        this.ordered = !options.outOfOrder && !options.compressed;
        this.targetReadsZero =
                options.backing.isEmpty()
                        && options.minSparse > 0
                        && (!options.skipCreate || options.targetIsZero);
        this.sparseUnit = sparseUnit(target, options.minSparse);
        this.queue = new ArrayBlockingQueue<>(2 * options.workers);
        long unit = options.compressed ? target.node().capabilities().clusterSize() : 1;
        this.plan =
                new ChunkPlan(
                        sources,
                        options.minSparse == 0,
                        options.backing.isPresent(),
                        options.compressed ? unit : BUFFER,
                        unit);
    }

    /** Copies everything. */
    void run() throws ToolFailure, IOException {
        long total = options.progress ? plan.dataBytes() : 0;
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < options.workers; i++) {
            workers.add(Thread.ofVirtual().name("convert-", i).start(this::work));
        }
        try {
            long[] done = {0};
            plan.forEach(chunk -> {
                put(chunk);
                done[0] += chunk.zero() ? 0 : chunk.length();
                if (total > 0 && !chunk.zero()) {
                    progress.at(100f * done[0] / total);
                }
                return failure.get() == null;
            });
        } finally {
            workers.forEach(_ -> put(END));
            join(workers);
        }
        ToolFailure failed = failure.get();
        if (failed != null) {
            throw failed;
        }
        requireCompression(0);
    }

    /** Zeroes in front of and between data are left out at this granularity, in bytes. */
    private static long sparseUnit(Disk target, long minSparse) throws IOException {
        long unit = target.facet(ImageInfo.class, Conversion::unitOf).orElse(0L);
        return Math.max(unit, minSparse);
    }

    /** A cluster of an image with extended L2 entries is allocated in 32 parts. */
    private static long unitOf(ImageInfo info, Admission admission) throws IOException {
        boolean parts =
                Boolean.TRUE.equals(info.formatSpecific(admission.request()).get("extended-l2"));
        return parts ? info.clusterSize() / 32 : info.clusterSize();
    }

    private void put(Chunk chunk) {
        while (true) {
            try {
                queue.put(chunk);
                return;
            } catch (InterruptedException nobodyInterrupts) {
                // tried again: workers take from the queue until the end (I1)
            }
        }
    }

    private Chunk take() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException nobodyInterrupts) {
                // tried again: the command's thread ends the queue
            }
        }
    }

    private static void join(List<Thread> workers) {
        for (Thread worker : workers) {
            Threads.join(worker);
        }
    }

    private void work() {
        SourceSet.Reader reader = sources.reader();
        Lane writer = target.newLane("convert");
        try (Buffer buffer = writer.buffers().acquire(bufferSize())) {
            for (Chunk chunk = take(); chunk.index() != END.index(); chunk = take()) {
                if (failure.get() == null) {
                    copy(chunk, reader, writer, buffer.segment());
                }
                turnstile.pass(chunk.index());
            }
        }
    }

    private long bufferSize() {
        return Math.max(BUFFER, target.node().capabilities().clusterSize());
    }

    private void copy(Chunk chunk, SourceSet.Reader reader, Lane writer, MemorySegment buffer) {
        try {
            if (chunk.zero()) {
                awaitTurn(chunk);
                writeZeroes(chunk.offset(), chunk.length(), writer);
                return;
            }
            MemorySegment data = buffer.asSlice(0, chunk.length());
            read(chunk, reader, data);
            awaitTurn(chunk);
            write(chunk, data, writer);
        } catch (ToolFailure failed) {
            failure.compareAndSet(null, failed);
            turnstile.open();
        }
    }

    private void awaitTurn(Chunk chunk) {
        if (ordered) {
            turnstile.await(chunk.index());
        }
    }

    private static void read(Chunk chunk, SourceSet.Reader reader, MemorySegment into)
            throws ToolFailure {
        try {
            reader.read(chunk, into);
        } catch (IOException failed) {
            throw failed("reading", chunk.offset(), failed);
        }
    }

    private void write(Chunk chunk, MemorySegment data, Lane writer) throws ToolFailure {
        if (options.minSparse == 0) {
            write(chunk.offset(), data, writer);
            return;
        }
        if (options.compressed) {
            if (Zeroes.all(data)) {
                writeZeroes(chunk.offset(), chunk.length(), writer);
            } else {
                write(chunk.offset(), data, writer);
            }
            return;
        }
        SparseRuns runs = new SparseRuns(data, chunk.offset(), sparseUnit);
        while (runs.next()) {
            if (runs.isZero()) {
                writeZeroes(chunk.offset() + runs.offset(), runs.length(), writer);
            } else {
                write(
                        chunk.offset() + runs.offset(),
                        data.asSlice(runs.offset(), runs.length()),
                        writer);
            }
        }
    }

    /** An image whose format compresses may be one that cannot: it says so when it is written. */
    private void requireCompression(long offset) throws ToolFailure {
        if (options.compressed && !target.compresses()) {
            throw failed("writing", offset, BlockException.unsupported("compression"));
        }
    }

    private void write(long offset, MemorySegment data, Lane writer) throws ToolFailure {
        requireCompression(offset);
        try {
            writer.write(offset, data, options.compressed ? IoFlags.COMPRESSED : IoFlags.NONE);
        } catch (IOException failed) {
            throw failed("writing", offset, failed);
        }
    }

    private void writeZeroes(long offset, long length, Lane writer) throws ToolFailure {
        if (targetReadsZero) {
            return;
        }
        try {
            writer.zero(offset, length, IoFlags.MAY_UNMAP);
        } catch (IOException failed) {
            throw failed("writing", offset, failed);
        }
    }

    private static ToolFailure failed(String doing, long offset, IOException error) {
        return ToolFailure.of(
                "error while " + doing + " at byte " + offset + ": " + ErrorText.of(error));
    }
}
