package org.ashlar.drivers.qcow2.internal;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.ashlar.drivers.qcow2.internal.check.Check;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.io.Backing;
import org.ashlar.drivers.qcow2.internal.io.Guest;
import org.ashlar.drivers.qcow2.internal.table.CorruptImageException;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all faces of a node share: its edges, the image's state in memory, and whether it may be
 * written. Thread-safe.
 *
 * <ul>
 *   <li>I1: nothing is written to the image while {@code writing} is not {@code READY}, but by what
 *       makes it ready or takes it back.
 *   <li>I2: the options in force are those of the face that came last of the faces that are open.
 *   <li>I3: the state is replaced only while no request is in flight, or, before the first write,
 *       while there are only readers, whom the old one serves to their end.
 * </ul>
 */
final class Image {
    private static final Logger LOG = LoggerFactory.getLogger(Image.class);

    /** The disk as requests use it: what is in memory of it, and what works on that. */
    record State(Metadata metadata, Guest guest) {}

    /** Whether the image may be written. */
    private enum Writing {
        /** Another face of the image, or nobody, may write it. */
        INACTIVE,
        /** Before the first write: the header may promise what writing would break. */
        UNPREPARED,
        /** Everything may be written. */
        READY,
        /** Opened for repair and damaged: a check may mend it, and nothing else may write. */
        DAMAGED,
        /** It contradicts itself. */
        CORRUPT
    }

    private final Child file;
    private final Optional<Child> dataFile;
    private final Backing backing;
    private final Background background;
    private final Buffers buffers;
    private final CleanerSchedule cleaner;
    private final boolean forRepair;
    private final boolean inspected;

    /** Held over the I/O that makes the image ready, which every writer waits for. */
    private final ReentrantLock preparation = new ReentrantLock();

    @GuardedBy("this")
    private final List<Qcow2Node> faces = new ArrayList<>();

    /** Written by {@link #load}, and {@link #close} at the end. */
    private volatile @Nullable State state;

    /** Written by control calls, {@link #prepare} and {@link #corrupt}. */
    private volatile Writing writing = Writing.INACTIVE;

    /** Written by the first {@link #load}. */
    private volatile List<String> warnings = List.of();

    /** Written by requests, and control calls at the end. */
    private volatile boolean shortened;

    /** Whether every write is written out at once; written by {@link #applyOptions}. */
    private volatile boolean writeThrough;

    Image(Child file, Optional<Child> dataFile, Backing backing, OpenRequest opening) {
        this.file = file;
        this.dataFile = dataFile;
        this.backing = backing;
        this.background = opening.background();
        this.buffers = opening.buffers();
        this.forRepair = opening.forRepair();
        this.inspected = opening.forInspection();
        this.cleaner = new CleanerSchedule(background, _ -> clean());
    }

    Background background() {
        return background;
    }

    /** Returns what its user should be warned of, as it was found. */
    List<String> warnings() {
        return warnings;
    }

    /** Returns whether only its metadata may be looked at. */
    boolean isInspected() {
        return inspected;
    }

    Backing backing() {
        return backing;
    }

    /** Returns the state; an image that is open has one. */
    State state() {
        State now = state;
        if (now == null) {
            throw new IllegalStateException("the image is not open");
        }
        return now;
    }

    private void clean() {
        State now = state;
        if (now != null) {
            now.metadata.evictUnused();
        }
    }

    /**
     * Reads everything from the disk. Makes a writable image's refcounts right, unless it was
     * opened for that.
     */
    void load(Request request, boolean writable) throws IOException {
        State old = state;
        Metadata metadata = read(request);
        if (old == null) {
            warnings = FormatInfo.warnings(metadata.header());
        }
        Opening.check(metadata.header(), writable && !forRepair, inspected);
        if (writable && !forRepair) {
            metadata = mended(request, metadata);
        }
        state = new State(metadata, new Guest(metadata, backing, background));
        if (old != null) {
            background.mappingChanged(0, Long.MAX_VALUE);
            old.guest.close();
        }
        boolean damaged = writable && forRepair && metadata.header().features().isDamaged();
        writing = damaged ? Writing.DAMAGED : writable ? Writing.UNPREPARED : Writing.INACTIVE;
        applyOptions();
    }

    /**
     * Makes refcounts right that were to be written late, and returns the metadata from then on.
     */
    private Metadata mended(Request request, Metadata found) throws IOException {
        if (!found.header().features().has(Features.DIRTY)) {
            return found;
        }
        Check check = new Check(found.file(), found.header());
        check.run(request, Checkable.Repair.ALL, _ -> {});
        return read(request);
    }

    private Metadata read(Request request) throws IOException {
        HostFile hostFile = new HostFile(file, buffers);
        Optional<HostFile> data = dataFile.map(child -> new HostFile(child, buffers));
        OpenOptions options = options();
        return Metadata.load(
                request,
                new Metadata.Files(hostFile, data),
                background,
                header -> options.cacheSizes(header.geometry(), header.size()));
    }

    private synchronized OpenOptions options() {
        return faces.getLast().options();
    }

    /** Adds a face whose options are in force from now on. */
    void addFace(Qcow2Node face) throws IOException {
        synchronized (this) {
            faces.add(face);
        }
        if (state != null) {
            applyOptions();
        }
    }

    /** Takes a face away; the last one closes the image. */
    void removeFace(Qcow2Node face) throws IOException {
        boolean last;
        synchronized (this) {
            if (!faces.remove(face)) {
                return;
            }
            last = faces.isEmpty();
        }
        if (last) {
            close();
        } else {
            applyOptions();
        }
    }

    private void close() {
        cleaner.stop();
        State last = state;
        if (last != null) {
            last.guest.close();
        }
    }

    /** Makes the options of the newest face count. */
    private void applyOptions() throws IOException {
        Qcow2Node newest;
        boolean mixed;
        synchronized (this) {
            newest = faces.getLast();
            mixed = faces.stream().anyMatch(face -> face.isReadOnly() != newest.isReadOnly());
        }
        Metadata metadata = state().metadata;
        Header header = metadata.header();
        OpenOptions options = newest.options();
        metadata.resizeCaches(options.cacheSizes(header.geometry(), header.size()));
        metadata.clusters().check(options.overlapAreas());
        metadata.discards(newest.discards());
        metadata.lazyRefcounts(
                !mixed
                        && header.geometry().version() >= 3
                        && options.lazyRefcounts().orElse(header.features().lazyRefcounts()));
        writeThrough = mixed;
        cleaner.every(options.cleanInterval());
    }

    /**
     * Sees to it that the image may be written, before a write.
     *
     * @throws BlockException of kind {@code WOULD_BLOCK} if something is to be done first and the
     *     request must not block, {@code NOT_PERMITTED} if the image must not be written
     */
    void ensureWritable(Request request) throws IOException {
        while (writing != Writing.READY) {
            prepare(request);
        }
    }

    private void prepare(Request request) throws IOException {
        if (writing == Writing.INACTIVE) {
            throw new BlockException(Kind.NOT_PERMITTED, "the qcow2 image is not active");
        }
        if (writing == Writing.DAMAGED) {
            throw new BlockException(Kind.CORRUPT, "the qcow2 image is to be repaired first");
        }
        if (writing == Writing.CORRUPT) {
            throw new BlockException(Kind.CORRUPT, "the qcow2 image is corrupt");
        }
        if (request.mustNotBlock()) {
            throw BlockException.wouldBlock();
        }
        preparation.lock();
        try {
            if (writing == Writing.UNPREPARED) {
                prepareInTurn(request);
            }
        } finally {
            preparation.unlock();
        }
    }

    private void prepareInTurn(Request request) throws IOException {
        State old = state();
        Metadata metadata = mended(request, old.metadata);
        if (metadata != old.metadata) {
            // Opened for reading and reopened for writing: nobody has written yet.
            // Those in flight read by the old tables, and hold nothing in the new state.
            metadata.freeOnlyByGrace(true);
            state = new State(metadata, new Guest(metadata, backing, background));
            background.afterGrace(() -> {
                old.guest.close();
                metadata.freeOnlyByGrace(false);
            });
            applyOptions();
        }
        metadata.snapshotAreas().find(request, options().overlapAreas());
        Features features = metadata.header().features();
        if (!features.equals(features.clearedForWriting())) {
            metadata.updateHeader(
                    request, header -> header.withFeatures(header.features().clearedForWriting()));
        }
        synchronized (this) {
            if (writing == Writing.UNPREPARED) {
                writing = Writing.READY;
            }
        }
    }

    /** Finds what writes are to be kept off by a face that is to come. */
    void findAreas(Request request, OpenOptions options) throws IOException {
        state().metadata.snapshotAreas().find(request, options.overlapAreas());
    }

    /** Returns once all that completed is on stable storage. */
    void flush(Request request) throws IOException {
        if (writing == Writing.INACTIVE) {
            // There is nothing of this image's own to write.
            file.flush(request);
        } else {
            state().metadata.flush(request);
        }
    }

    /** Makes the image as it should be for readers alone: durable, and not dirty. */
    void settle(Request request) throws IOException {
        state().metadata
                .updateHeader(
                        request,
                        header -> header.withFeatures(header.features().without(Features.DIRTY)));
    }

    /** Lets a face write that was opened over an image only read so far. */
    synchronized void allowWriting() {
        if (writing == Writing.INACTIVE) {
            writing = Writing.UNPREPARED;
        }
    }

    /** Lets a change be durable before it is acknowledged while two faces disagree on writing. */
    void afterWrite(Request request) throws IOException {
        if (writeThrough) {
            state().metadata.flush(request);
        }
    }

    /** Writes everything out and writes nothing more. */
    void inactivate(Request request) throws IOException {
        if (writing == Writing.INACTIVE) {
            return;
        }
        cleaner.stop();
        if (writing == Writing.READY) {
            state().metadata.file().completeLastSector(request);
            state().metadata.writeOutFinally(request);
            if (shortened) {
                cutFile(request);
            }
        }
        writing = Writing.INACTIVE;
    }

    /** Notes that the disk was made shorter: its file is to be, too, when no write is to come. */
    void shortened() {
        shortened = true;
    }

    /** A file that stays long is as right as one that is cut. */
    private void cutFile(Request request) {
        try {
            state().metadata.cutFile(request);
            shortened = false;
        } catch (IOException e) {
            LOG.warn("the file of an image that was made shorter could not be: {}", e.toString());
        }
    }

    /** Checks the image as it is on the disk, and mends it. */
    CheckResult check(Request request, Checkable.Repair repair, Consumer<String> report)
            throws IOException {
        Writing now = writing;
        boolean mayWrite = now != Writing.INACTIVE && now != Writing.CORRUPT;
        if (repair != Checkable.Repair.NONE && !mayWrite) {
            throw new BlockException(Kind.NOT_PERMITTED, "the qcow2 image is read-only");
        }
        Metadata metadata = state().metadata;
        if (now == Writing.READY) {
            metadata.writeOutFinally(request);
        }
        Check check = new Check(metadata.file(), metadata.header());
        CheckResult result = check.run(request, repair, report);
        if (repair != Checkable.Repair.NONE) {
            load(request, true);
        }
        return result;
    }

    /** Sets the corrupt bit, so that nobody else writes to the image either. */
    private void mark(Request request, String message) {
        try {
            state().metadata
                    .updateHeader(
                            request,
                            header ->
                                    header.withFeatures(header.features().with(Features.CORRUPT)));
        } catch (IOException e) {
            LOG.warn("an image could not be marked as corrupt: {}", message, e);
        }
    }

    /** Turns what was found in the image into what the request fails with, and tells of it. */
    BlockException corrupt(Request request, CorruptImageException found) {
        boolean first;
        boolean fatal;
        synchronized (this) {
            fatal = writing == Writing.READY || writing == Writing.UNPREPARED;
            first = writing != Writing.CORRUPT;
            if (fatal) {
                writing = Writing.CORRUPT;
            }
        }
        String message = String.valueOf(found.getMessage());
        if (first) {
            background.corrupted(message, found.offset(), found.length(), fatal);
        }
        if (first && fatal && state().metadata.geometry().version() >= 3) {
            mark(request, message);
        }
        return new BlockException(Kind.CORRUPT, message, found);
    }
}
