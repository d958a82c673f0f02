package org.ashlar.drivers.qcow2.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.drivers.qcow2.internal.format.CompressionType;
import org.ashlar.drivers.qcow2.internal.format.FeatureNames;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.HeaderExtension;
import org.ashlar.drivers.qcow2.internal.format.HeaderWriter;
import org.ashlar.drivers.qcow2.internal.format.RefcountWidth;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;
import org.ashlar.drivers.qcow2.internal.io.Backing;
import org.ashlar.drivers.qcow2.internal.io.Guest;
import org.ashlar.drivers.qcow2.internal.table.CacheSizes;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.CreateRequest;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;

/**
 * Writes a new image: first an empty disk of length 0 (the header, one cluster of refcount table,
 * one refcount block), which is then made as long as it should be in the way any image is. Confined
 * to one creation.
 */
final class Creation {
    /** Header, refcount table and refcount block, a cluster each. */
    private static final int CLUSTERS = 3;

    private static final long CACHE = 16L << 20;

    private final CreateOptions options;
    private final CreateRequest creation;
    private final Request request;

    Creation(CreateRequest creation) throws BlockException {
        this.creation = creation;
        this.options = CreateOptions.from(creation.options());
        this.request = creation.request();
    }

    void run() throws IOException {
        HostFile file = new HostFile(creation.file(), creation.buffers());
        Optional<HostFile> data = dataFile();
        Header header = emptyHeader();
        byte[] headerBytes = HeaderWriter.write(header);
        file.child().truncate(request, 0, Preallocation.OFF);
        file.truncated(0);
        writeEmpty(file, header, headerBytes);
        CacheSizes sizes =
                new CacheSizes(
                        CACHE, (int) Math.min(header.geometry().clusterSize(), 1 << 16), CACHE);
        Metadata metadata =
                Metadata.load(
                        request, new Metadata.Files(file, data), new NoBackground(), _ -> sizes);
        try (Guest guest = new Guest(metadata, Backing.none(), new NoBackground())) {
            Resize resize = new Resize(metadata, guest, options.backingFile().isPresent());
            resize.to(request, options.size(), options.preallocation());
            metadata.writeOutFinally(request);
        }
    }

    private Optional<HostFile> dataFile() throws IOException {
        if (options.dataFile().isEmpty()) {
            return Optional.empty();
        }
        Child child =
                creation.child("data-file")
                        .orElseThrow(() -> BlockException.invalid("data-file cannot be opened"));
        HostFile data = new HostFile(child, creation.buffers());
        child.truncate(request, 0, Preallocation.OFF);
        data.truncated(0);
        return Optional.of(data);
    }

    private Header emptyHeader() {
        Geometry geometry = options.geometry();
        long cluster = geometry.clusterSize();
        return new Header(
                geometry,
                0,
                0,
                TableLocation.NONE,
                new TableLocation(cluster, 1),
                TableLocation.NONE,
                features(),
                options.compression(),
                new byte[0],
                extensions(),
                options.backingFile());
    }

    private Features features() {
        if (options.geometry().version() == 2) {
            return Features.NONE;
        }
        long incompatible =
                (options.dataFile().isPresent() ? Features.EXTERNAL_DATA : 0)
                        | (options.geometry().extendedL2() ? Features.EXTENDED_L2 : 0)
                        | (options.compression() == CompressionType.ZLIB
                                ? 0
                                : Features.COMPRESSION_TYPE);
        return new Features(
                incompatible,
                options.lazyRefcounts() ? Features.LAZY_REFCOUNTS : 0,
                options.dataFileRaw() ? Features.RAW_EXTERNAL_DATA : 0);
    }

    private List<HeaderExtension> extensions() {
        List<HeaderExtension> extensions = new ArrayList<>();
        options.backingFormat()
                .map(name -> HeaderExtension.ofText(HeaderExtension.BACKING_FORMAT, name))
                .ifPresent(extensions::add);
        options.dataFile()
                .map(name -> HeaderExtension.ofText(HeaderExtension.DATA_FILE, name))
                .ifPresent(extensions::add);
        HeaderExtension names = FeatureNames.table();
        int fixed = 112 + 8 + extensions.stream().mapToInt(HeaderExtension::length).sum();
        int name = options.backingFile().map(String::length).orElse(0) * 4;
        long room = options.geometry().clusterSize() - fixed - name;
        if (options.geometry().version() >= 3 && names.length() <= room) {
            // The names are a courtesy: in the smallest clusters other things come first.
            extensions.add(names);
        }
        return extensions;
    }

    private void writeEmpty(HostFile file, Header header, byte[] headerBytes) throws IOException {
        Geometry geometry = header.geometry();
        long cluster = geometry.clusterSize();
        int words = (int) (cluster / Long.BYTES);
        long[] table = new long[words];
        table[0] = 2 * cluster;
        long[] block = new long[words];
        RefcountWidth width = new RefcountWidth(geometry.refcountOrder());
        for (int i = 0; i < CLUSTERS; i++) {
            width.set(block, i, 1);
        }
        file.writeZeroes(request, 0, cluster);
        file.writeWords(request, cluster, table, 0, words);
        file.writeWords(request, 2 * cluster, block, 0, words);
        file.write(request, 0, MemorySegment.ofArray(headerBytes));
        file.flush(request);
    }
}
