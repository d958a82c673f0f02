package org.ashlar.drivers.qcow2.internal.io;

import java.io.IOException;
import java.util.Optional;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.drivers.qcow2.internal.table.Metadata;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Request;

/** Describes guest extents. Immutable. */
final class Extents {
    private final Mapper mapper;
    private final HostFile data;

    Extents(Metadata metadata, Mapper mapper) {
        this.mapper = mapper;
        this.data = metadata.data();
    }

    /** Describes the extent at {@code offset}; it ends at the end of an L2 slice at the latest. */
    Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        Run run = Run.byPlace();
        mapper.map(request, offset, maxLength, run);
        return switch (run.kind) {
            case UNALLOCATED -> new Extent.Unallocated(run.length, aside(run));
            case ZERO -> new Extent.Zero(run.length, true, aside(run));
            case COMPRESSED -> new Extent.Opaque(run.length);
            case DATA -> data(request, run);
        };
    }

    /** A cluster may have its place in the file though nothing is read from there. */
    private Optional<Extent.Place> aside(Run run) {
        return run.hasPlace
                ? Optional.of(new Extent.Place(data.child(), run.hostOffset))
                : Optional.empty();
    }

    /** What lies past the file's end cannot be read there: it is zero. */
    private Extent data(Request request, Run run) throws IOException {
        long there = data.lengthFrom(request, run.hostOffset, run.length);
        return there == 0
                ? new Extent.Zero(run.length, true)
                : new Extent.Mapped(there, data.child(), run.hostOffset);
    }
}
