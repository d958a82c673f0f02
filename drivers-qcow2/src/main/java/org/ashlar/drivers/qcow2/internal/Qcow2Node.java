package org.ashlar.drivers.qcow2.internal;

import static org.ashlar.spi.Capabilities.Feature.COMPRESS;
import static org.ashlar.spi.Capabilities.Feature.DISCARD;
import static org.ashlar.spi.Capabilities.Feature.FAST_ZERO;
import static org.ashlar.spi.Capabilities.Feature.NON_BLOCKING;
import static org.ashlar.spi.Capabilities.Feature.PARALLEL;
import static org.ashlar.spi.Capabilities.Feature.RESIZE;
import static org.ashlar.spi.Capabilities.Feature.WRITE;
import static org.ashlar.spi.Capabilities.Feature.ZERO;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.table.CorruptImageException;
import org.ashlar.drivers.qcow2.internal.table.DiscardPolicy;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Face;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.image.BackingLink;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.image.SnapshotInfo;

/**
 * One opened qcow2 image as the graph sees it: a face of an {@link Image}, with its own options and
 * settings. A reopen makes another face of the same image. Immutable by itself.
 */
final class Qcow2Node implements BlockNode, BackingLink, Checkable, ImageInfo {
    /** So often a change is tried whose room others may take as soon as it is made. */
    private static final int TRIES = 32;

    private final Image image;
    private final OpenOptions options;
    private final NodeSettings settings;

    Qcow2Node(Image image, OpenOptions options, NodeSettings settings) throws IOException {
        this.image = image;
        this.options = options;
        this.settings = settings;
        image.addFace(this);
    }

    OpenOptions options() {
        return options;
    }

    /** Returns what all faces share. */
    Image image() {
        return image;
    }

    /** Returns what becomes of clusters that are given up. */
    DiscardPolicy discards() {
        return options.discards(settings);
    }

    boolean isReadOnly() {
        return settings.readOnly();
    }

    private Header header() {
        return image.state().metadata().header();
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        Capabilities able = Capabilities.READ_ONLY.with(PARALLEL, NON_BLOCKING);
        Capabilities sized = able.withClusterSize(header().geometry().clusterSize());
        if (settings.readOnly()) {
            return sized;
        }
        Geometry geometry = header().geometry();
        Capabilities writable = sized.with(WRITE, RESIZE, DISCARD);
        Capabilities zeroing = geometry.version() == 2 ? writable : writable.with(ZERO, FAST_ZERO);
        return geometry.externalData() ? zeroing : zeroing.with(COMPRESS);
    }

    @Override
    public long length(Request request) {
        return header().size();
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        try {
            image.state().guest().read(request, offset, into);
        } catch (CorruptImageException found) {
            throw image.corrupt(request, found);
        }
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        try {
            long length = Math.min(maxLength, header().size() - offset);
            return image.state().guest().extentAt(request, offset, length);
        } catch (CorruptImageException found) {
            throw image.corrupt(request, found);
        }
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        change(request, () -> image.state().guest().write(request, offset, from, flags));
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        refuseToBlock(request);
        change(request, () -> image.state().guest().zero(request, offset, length, flags));
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        refuseToBlock(request);
        change(request, () -> image.state().guest().discard(request, offset, length));
    }

    @Override
    public void flush(Request request) throws IOException {
        refuseToBlock(request);
        try {
            image.flush(request);
        } catch (CorruptImageException found) {
            throw image.corrupt(request, found);
        }
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        refuseToBlock(request);
        change(
                request,
                () -> {
                    Image.State state = image.state();
                    if (newLength < header().size()) {
                        image.shortened();
                    }
                    boolean overBacking = image.backing().exists(request);
                    new Resize(state.metadata(), state.guest(), overBacking)
                            .to(request, newLength, preallocation);
                });
    }

    private static void refuseToBlock(Request request) throws BlockException {
        if (request.mustNotBlock()) {
            throw BlockException.wouldBlock();
        }
    }

    /** A request that changes the image. */
    @FunctionalInterface
    private interface Change {
        void run() throws IOException;
    }

    private void change(Request request, Change change) throws IOException {
        image.ensureWritable(request);
        try {
            changeInRoom(request, change);
        } catch (CorruptImageException found) {
            throw image.corrupt(request, found);
        }
        image.afterWrite(request);
    }

    /**
     * Does a change; anew, which does what was done of it once more, where the file had no room but
     * clusters that are about to be free.
     */
    private void changeInRoom(Request request, Change change) throws IOException {
        for (int tries = 1; ; tries++) {
            long freed = image.state().metadata().freedInFile();
            try {
                change.run();
                return;
            } catch (BlockException full) {
                boolean another =
                        full.kind() == BlockException.Kind.NO_SPACE
                                && tries < TRIES
                                && !request.mustNotBlock();
                if (!another || !hasMadeRoom(request, freed, full)) {
                    throw full;
                }
            }
        }
    }

    private boolean hasMadeRoom(Request request, long freed, BlockException full)
            throws IOException {
        try {
            return image.state().metadata().makeRoom(request, freed);
        } catch (BlockException failed) {
            full.addSuppressed(failed);
            return false;
        }
    }

    // Control calls.

    /** An image that was opened to be looked at need not be one that can be read. */
    @Override
    public void holdPermissions(Permissions total) throws IOException {
        if (image.isInspected() && !total.used().isEmpty()) {
            throw new BlockException(
                    BlockException.Kind.NOT_PERMITTED,
                    "the qcow2 image was opened to be looked at, not to be used");
        }
    }

    @Override
    public Face prepareReopen(ReopenRequest request) throws IOException {
        OpenOptions changed = OpenOptions.from(request.options());
        Header header = header();
        changed.check(header);
        boolean readOnly = request.settings().readOnly();
        Opening.check(header, !readOnly, image.isInspected());
        if (!readOnly) {
            image.findAreas(request.request(), changed);
        }
        Qcow2Node face = new Qcow2Node(image, changed, request.settings());
        if (readOnly && !settings.readOnly()) {
            try {
                image.settle(request.request());
            } catch (IOException | RuntimeException | Error failed) {
                face.close();
                throw failed;
            }
        }
        if (!readOnly && settings.readOnly()) {
            image.allowWriting();
        }
        return new Face(face, true);
    }

    @Override
    public void inactivate(Request request) throws IOException {
        image.inactivate(request);
    }

    @Override
    public void activate(Request request) throws IOException {
        image.load(request, !settings.readOnly());
    }

    @Override
    public void close() throws IOException {
        image.removeFace(this);
    }

    // Facets.

    @Override
    public Optional<ImageReference> backing() {
        Header header = header();
        return header.backingFile()
                .map(name -> new ImageReference(name, header.backingFormat().orElse("")));
    }

    @Override
    public void changeBacking(Request request, Optional<ImageReference> backing)
            throws IOException {
        image.ensureWritable(request);
        Metadata metadata = image.state().metadata();
        if (backing.isPresent() && metadata.header().features().rawExternalData()) {
            throw BlockException.invalid(
                    "Cannot add a backing file to an image with" + " a raw external data file");
        }
        metadata.updateHeader(
                request,
                header ->
                        header.withBacking(
                                backing.map(ImageReference::fileName),
                                backing.map(ImageReference::format).orElse("")));
    }

    @Override
    public CheckResult check(Request request, Repair repair, Consumer<String> report)
            throws IOException {
        return image.check(request, repair, report);
    }

    @Override
    public long clusterSize() {
        return header().geometry().clusterSize();
    }

    @Override
    public boolean isDirty() {
        return FormatInfo.isDirty(header());
    }

    @Override
    public Map<String, Object> formatSpecific(Request request) throws IOException {
        Contents contents = contents(request);
        return FormatInfo.of(header(), contents.bitmaps(), contents.encryption());
    }

    @Override
    public boolean isEncrypted() {
        return header().cryptMethod() != 0;
    }

    @Override
    public List<String> warnings() {
        return image.warnings();
    }

    @Override
    public List<SnapshotInfo> snapshots(Request request) throws IOException {
        return contents(request).snapshots();
    }

    private Contents contents(Request request) {
        Metadata metadata = image.state().metadata();
        return new Contents(request, metadata.file(), metadata.header());
    }
}
