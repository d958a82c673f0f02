package org.ashlar.drivers.qcow2.internal.format;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A qcow2 header with its extensions and the name of the backing file (spec, "Header"). Immutable;
 * what is not known here is kept as it was.
 *
 * @param geometry the sizes
 * @param size the length of the guest disk in bytes
 * @param cryptMethod 0 for none, 1 for AES, 2 for LUKS
 * @param l1 the active L1 table, counted in entries
 * @param refcountTable the refcount table, counted in clusters
 * @param snapshots the snapshot table, counted in snapshots
 * @param features the feature masks; none in version 2
 * @param compression how compressed clusters are compressed
 * @param unknownFields the bytes of the header beyond what is known here, without padding
 * @param extensions the extensions in their order, the end marker left out
 * @param backingFile the name of the backing file
 */
@SuppressWarnings("ArrayRecordComponent")
public record Header(
        Geometry geometry,
        long size,
        int cryptMethod,
        TableLocation l1,
        TableLocation refcountTable,
        TableLocation snapshots,
        Features features,
        CompressionType compression,
        byte[] unknownFields,
        List<HeaderExtension> extensions,
        Optional<String> backingFile) {

    public Header {
        extensions = List.copyOf(extensions);
    }

    /** Returns the first extension of a type. */
    public Optional<HeaderExtension> extension(int type) {
        return extensions.stream().filter(found -> found.type() == type).findFirst();
    }

    /** Returns the format of the backing file, if the image names it. */
    public Optional<String> backingFormat() {
        return extension(HeaderExtension.BACKING_FORMAT).map(HeaderExtension::text);
    }

    /** Returns the name of the external data file, if the image names it. */
    public Optional<String> dataFile() {
        return extension(HeaderExtension.DATA_FILE).map(HeaderExtension::text);
    }

    /** Returns this header with another length of the guest disk. */
    public Header withSize(long bytes) {
        return copy(bytes, l1, refcountTable, features);
    }

    /** Returns this header with another place of the L1 table. */
    public Header withL1(TableLocation location) {
        return copy(size, location, refcountTable, features);
    }

    /** Returns this header with another place of the refcount table. */
    public Header withRefcountTable(TableLocation location) {
        return copy(size, l1, location, features);
    }

    /** Returns this header with other feature masks. */
    public Header withFeatures(Features other) {
        return copy(size, l1, refcountTable, other);
    }

    /** Returns this header with another backing file, or none; an empty format names none. */
    public Header withBacking(Optional<String> file, String format) {
        List<HeaderExtension> changed = new ArrayList<>(extensions);
        Predicate<HeaderExtension> old = found -> found.type() == HeaderExtension.BACKING_FORMAT;
        changed.removeIf(old);
        if (file.isPresent() && !format.isEmpty()) {
            changed.addFirst(HeaderExtension.ofText(HeaderExtension.BACKING_FORMAT, format));
        }
        return new Header(
                geometry,
                size,
                cryptMethod,
                l1,
                refcountTable,
                snapshots,
                features,
                compression,
                unknownFields,
                changed,
                file);
    }

    private Header copy(
            long newSize, TableLocation newL1, TableLocation newRefcounts, Features newFeatures) {
        return new Header(
                geometry,
                newSize,
                cryptMethod,
                newL1,
                newRefcounts,
                snapshots,
                newFeatures,
                compression,
                unknownFields,
                extensions,
                backingFile);
    }
}
