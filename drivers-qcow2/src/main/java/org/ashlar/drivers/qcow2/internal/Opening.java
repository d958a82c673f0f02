package org.ashlar.drivers.qcow2.internal;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.io.Backing;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.OpenRequest;

/** Opens one image: its children first, then its metadata. Confined to one opening. */
final class Opening {
    private static final String BACKING = "backing";
    private static final String DATA_FILE = "data-file";

    private final OpenRequest request;
    private final OpenOptions options;

    Opening(OpenRequest request) throws BlockException {
        this.request = request;
        this.options = OpenOptions.from(request.options());
    }

    Qcow2Node open() throws IOException {
        Child file = request.attach("file", ChildRole.IMAGE);
        HostFile hostFile = new HostFile(file, request.buffers());
        Header header = Metadata.readHeader(request.request(), hostFile);
        options.check(header);
        boolean writable = !request.settings().readOnly();
        boolean inspected = request.forInspection();
        check(header, writable && !request.inactive() && !request.forRepair(), inspected);
        Optional<Child> data = inspected ? Optional.empty() : attachDataFile(header);
        Backing backing = Backing.of(attachBacking(header));
        Image image = new Image(file, data, backing, request);
        Qcow2Node node = new Qcow2Node(image, options, request.settings());
        try {
            image.load(request.request(), writable && !request.inactive());
            return node;
        } catch (IOException | RuntimeException | Error failed) {
            node.close();
            throw failed;
        }
    }

    /** Refuses what is not served, before anything else of the image is trusted. */
    static void check(Header header, boolean writable, boolean inspected) throws BlockException {
        if (header.cryptMethod() != 0 && !inspected) {
            throw BlockException.unsupported("An encrypted qcow2 image");
        }
        boolean raw = (header.features().autoclear() & Features.RAW_EXTERNAL_DATA) != 0;
        if (raw && !header.geometry().externalData() && !inspected) {
            throw BlockException.invalid("data-file-raw requires a data file");
        }
        if (writable && header.features().has(Features.CORRUPT)) {
            throw new BlockException(
                    BlockException.Kind.NOT_PERMITTED,
                    "qcow2: Image is corrupt; cannot be opened read/write");
        }
    }

    private Optional<Child> attachDataFile(Header header) throws IOException {
        if (!header.geometry().externalData()) {
            Optional<Child> unwanted = request.attachIfGiven(DATA_FILE, ChildRole.DATA);
            if (unwanted.isPresent()) {
                throw BlockException.invalid(
                        "'data-file' can only be set for images with an" + " external data file");
            }
            return Optional.empty();
        }
        if (header.dataFile().isPresent()) {
            // Never guessed: the guest writes what a guess would look at.
            ImageReference named = new ImageReference(header.dataFile().get(), "raw");
            return Optional.of(request.attachImplicit(DATA_FILE, ChildRole.DATA, named));
        }
        Optional<Child> given = request.attachIfGiven(DATA_FILE, ChildRole.DATA);
        if (given.isEmpty()) {
            throw BlockException.invalid("'data-file' is required for this image");
        }
        return given;
    }

    private Child attachBacking(Header header) throws IOException {
        if (request.isRuledOut(BACKING)) {
            return request.vacant(BACKING, ChildRole.BACKING);
        }
        if (header.backingFile().isPresent() && !header.backingFile().get().isEmpty()) {
            ImageReference named =
                    new ImageReference(
                            header.backingFile().get(), header.backingFormat().orElse(""));
            return request.attachImplicit(BACKING, ChildRole.BACKING, named);
        }
        Optional<Child> given = request.attachIfGiven(BACKING, ChildRole.BACKING);
        return given.isPresent() ? given.get() : request.vacant(BACKING, ChildRole.BACKING);
    }
}
