package org.ashlar.drivers.qcow2.internal.table;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.ashlar.drivers.qcow2.internal.format.Features;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.HeaderReader;
import org.ashlar.drivers.qcow2.internal.format.HeaderWriter;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Request;

/**
 * The header as it stands on the disk. Confined to the rounds of the write-back, one at a time.
 *
 * <ul>
 *   <li>I1: fields are patched in the bytes that were read, within the first 512 bytes, which no
 *       storage tears; the header is laid out anew only when its extensions or the backing file's
 *       name change.
 *   <li>I2: what is laid out anew beyond these 512 bytes is durable before them, and leaves there
 *       what the header on the disk leads to: it is the old one or the new, wherever it is cut off.
 *   <li>I3: once writing it has failed nobody knows what stands there, so that what is wanted is
 *       written even if it stood there before, and what either led to is left.
 * </ul>
 */
final class HeaderFile {
    /** What no storage tears, in bytes. */
    private static final int SECTOR = 512;

    private final HostFile file;
    private Header written;
    private byte[] prefix;

    /** Where the backing file's name ends that the header on the disk leads to, whichever it is. */
    private int ledTo;

    /** Whether the last writing failed. */
    private boolean unknown;

    /** Whether the last writing laid the header out anew. */
    private boolean anew;

    private HeaderFile(HostFile file, Header written, byte[] prefix) {
        this.file = file;
        this.written = written;
        this.prefix = prefix;
        this.ledTo = HeaderWriter.endOfName(prefix);
    }

    /** Reads the header of an image. */
    static HeaderFile read(Request request, HostFile file) throws IOException {
        byte[] prefix = read(request, file, HeaderReader.PREFIX);
        byte[] whole = read(request, file, HeaderReader.length(prefix));
        return new HeaderFile(file, HeaderReader.read(whole), prefix);
    }

    private static byte[] read(Request request, HostFile file, int length) throws IOException {
        try (Buffers.Buffer buffer = file.buffers().acquire(length)) {
            file.read(request, 0, buffer.segment());
            return buffer.segment().toArray(ValueLayout.JAVA_BYTE);
        }
    }

    Header header() {
        return written;
    }

    /**
     * Writes, durably and before anything else, the feature bits that warn others; bits that are no
     * longer true stay until {@link #update}.
     */
    void announce(Request request, Header wanted) throws IOException {
        Features now = written.features();
        Features warned =
                new Features(
                        now.incompatible() | wanted.features().incompatible(),
                        now.compatible(),
                        wanted.features().autoclear());
        if (unknown || !warned.equals(now)) {
            patch(request, written.withFeatures(warned));
            file.flush(request);
        }
    }

    /** Makes the header lead to a refcount table that is written but may not be durable. */
    void moveRefcountTable(Request request, TableLocation location) throws IOException {
        if (unknown || !location.equals(written.refcountTable())) {
            file.flush(request);
            patch(request, written.withRefcountTable(location));
        }
    }

    /** Makes the header what it should be, durably; all it leads to is durable. */
    void update(Request request, Header wanted) throws IOException {
        if (!unknown && wanted.equals(written)) {
            return;
        }
        if (wanted.extensions().equals(written.extensions())
                && wanted.backingFile().equals(written.backingFile())) {
            patch(request, wanted);
        } else {
            layOut(request, wanted);
        }
        file.flush(request);
    }

    private void layOut(Request request, Header wanted) throws IOException {
        int kept = Math.max(ledTo, HeaderWriter.endOfExtensions(written));
        byte[] whole = HeaderWriter.write(wanted, kept);
        boolean apart = whole.length > SECTOR && keepOld(request, wanted, whole, kept);
        MemorySegment bytes = MemorySegment.ofArray(whole);
        unknown = true;
        anew = true;
        ledTo = Math.max(ledTo, HeaderWriter.endOfName(whole));
        if (apart) {
            file.write(request, SECTOR, bytes.asSlice(SECTOR));
            file.flush(request); // I2
            bytes = bytes.asSlice(0, SECTOR);
        }
        file.write(request, 0, bytes);
        stands(wanted, Arrays.copyOf(whole, HeaderReader.PREFIX));
    }

    /**
     * Leaves in a new header, beyond the first sector, what the old one leads to there; returns
     * false if both cannot be there: extensions moved, or the cluster has no room for two names.
     */
    private boolean keepOld(Request request, Header wanted, byte[] whole, int kept)
            throws IOException {
        int end = HeaderWriter.endOfExtensions(wanted);
        boolean behind = whole.length == end || HeaderWriter.nameOffset(whole) >= kept;
        byte[] old = read(request, file, Math.max(kept, end));
        boolean same = end <= SECTOR || Arrays.equals(old, SECTOR, end, whole, SECTOR, end);
        int to = Math.min(kept, whole.length);
        if (behind && same && to > SECTOR) {
            System.arraycopy(old, SECTOR, whole, SECTOR, to - SECTOR);
        }
        return behind && same;
    }

    /** Replaces the fields that may change. */
    void patch(Request request, Header wanted) throws IOException {
        if (unknown && anew) {
            layOut(request, wanted);
            return;
        }
        byte[] changed = HeaderWriter.patch(prefix, wanted);
        unknown = true;
        anew = false;
        file.write(request, 0, MemorySegment.ofArray(changed));
        stands(wanted, changed);
    }

    private void stands(Header header, byte[] first) {
        unknown = false;
        written = header;
        prefix = first;
        ledTo = HeaderWriter.endOfName(first);
    }
}
