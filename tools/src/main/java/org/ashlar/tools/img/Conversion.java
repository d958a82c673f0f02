package org.ashlar.tools.img;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
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
 * Copies the chunks of the sources to the target. Each worker finds out what comes next, reads it,
 * and writes it, in the chunks' order unless told otherwise. Workers are platform threads: a
 * virtual thread would hand every system call to another.
 *
 * <ul>
 *   <li>I1: the first failure is kept, and after it no chunk is begun and none that waits written.
 *   <li>I2: a worker that waits at the turnstile holds no admission.
 * </ul>
 */
final class Conversion {
    /** As long as the chunks of the reference, which can be told by its progress. */
    private static final int BUFFER = 2 << 20;

    private final SourceSet sources;
    private final Disk target;
    private final ConvertOptions options;
    private final Progress progress;
    private final ChunkPlan.Rules rules;
    private final boolean ordered;
    private final Turnstile turnstile;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final boolean targetReadsZero;
    private final long sparseUnit;

    /** Held while it is found out what comes next, in which workers take turns. */
    private final ReentrantLock planning = new ReentrantLock();

    @GuardedBy("planning")
    private final ChunkPlan plan;

    @GuardedBy("planning")
    private long begunBytes;

    /**
     * How many bytes of data there are, 0 if nobody is told of progress; set before workers are.
     */
    private long dataBytes;

    Conversion(SourceSet sources, Disk target, ConvertOptions options, Progress progress)
            throws IOException {
        this.sources = sources;
        this.target = target;
        this.options = options;
        this.progress = progress;
        this.ordered = !options.outOfOrder && !options.compressed;
        this.turnstile = new Turnstile(options.workers);
        this.targetReadsZero =
                options.backing.isEmpty()
                        && options.minSparse > 0
                        && (!options.skipCreate || options.targetIsZero);
        this.sparseUnit = sparseUnit(target, options.minSparse);
        this.rules = rules(options, target.node().capabilities().clusterSize());
        this.plan = new ChunkPlan(sources, rules);
    }

    private ChunkPlan.Rules rules(ConvertOptions options, long cluster) {
        ChunkPlan.Zeroes zeroes =
                options.minSparse == 0
                        ? ChunkPlan.Zeroes.COPIED
                        : targetReadsZero ? ChunkPlan.Zeroes.LEFT_OUT : ChunkPlan.Zeroes.WRITTEN;
        boolean overBacking = options.backing.isPresent();
        return options.compressed
                ? new ChunkPlan.Rules(zeroes, overBacking, cluster, cluster)
                : new ChunkPlan.Rules(zeroes, overBacking, Math.max(BUFFER, cluster), 1);
    }

    /** Copies everything. */
    void run() throws ToolFailure, IOException {
        if (options.compressed && !target.compresses()) {
            throw compressionRefused();
        }
        dataBytes = options.progress ? ChunkPlan.dataBytes(sources, rules) : 0;
        List<Thread> others = new ArrayList<>();
        for (int i = 1; i < options.workers; i++) {
            others.add(Thread.ofPlatform().daemon().name("convert-", i).start(this::work));
        }
        work();
        others.forEach(Threads::join);
        switch (failure.get()) {
            case null -> {
                // all is copied
            }
            case ToolFailure failed -> throw failed;
            case RuntimeException bug -> throw bug;
            case Error error -> throw error;
            case Throwable other -> throw new IllegalStateException(other);
        }
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

    private void work() {
        try {
            SourceSet.Reader reader = sources.reader();
            Lane writer = target.newLane("convert");
            try (Buffer buffer = writer.buffers().acquire(rules.maxData())) {
                for (Chunk chunk = next(); chunk != null; chunk = next()) {
                    copy(chunk, reader, writer, buffer.segment());
                }
            }
        } catch (ToolFailure | RuntimeException | Error thrown) {
            failure.compareAndSet(null, thrown);
            turnstile.close();
        }
    }

    /** Returns null if there is nothing left to do. */
    private @Nullable Chunk next() throws ToolFailure {
        planning.lock();
        try {
            Chunk chunk = failure.get() == null ? plan.next() : null;
            if (chunk != null && !chunk.zero() && dataBytes > 0) {
                begunBytes += chunk.length();
                progress.at(100f * begunBytes / dataBytes);
            }
            return chunk;
        } finally {
            planning.unlock();
        }
    }

    private void copy(Chunk chunk, SourceSet.Reader reader, Lane writer, MemorySegment buffer)
            throws ToolFailure {
        MemorySegment data = buffer.asSlice(0, chunk.zero() ? 0 : chunk.length());
        if (!chunk.zero()) {
            read(chunk, reader, data);
        }
        if (ordered && !turnstile.await(chunk.index())) {
            return;
        }
        if (chunk.zero()) {
            writeZeroes(chunk.offset(), chunk.length(), writer);
        } else {
            write(chunk, data, writer);
        }
        if (ordered) {
            turnstile.pass(chunk.index());
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

    /** An image whose format compresses may be one that cannot: it fails where data begin. */
    private ToolFailure compressionRefused() throws ToolFailure {
        Chunk chunk = next();
        while (chunk != null && chunk.zero()) {
            chunk = next();
        }
        long offset = chunk == null ? 0 : chunk.offset();
        return failed("writing", offset, BlockException.unsupported("compression"));
    }

    private void write(long offset, MemorySegment data, Lane writer) throws ToolFailure {
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
