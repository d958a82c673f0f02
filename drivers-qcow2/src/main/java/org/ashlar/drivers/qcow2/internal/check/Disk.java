package org.ashlar.drivers.qcow2.internal.check;

import java.io.IOException;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;
import org.ashlar.drivers.qcow2.internal.table.HostFile;
import org.ashlar.spi.Request;

/**
 * The image on the disk as a check reads and mends it, beside every cache: nobody else uses it
 * meanwhile. Confined to a check.
 */
final class Disk {
    private final Request request;
    private final HostFile file;
    private final Header header;
    private final long length;

    Disk(Request request, HostFile file, Header header) throws IOException {
        this.request = request;
        this.file = file;
        this.header = header;
        this.length = file.length(request);
    }

    Header header() {
        return header;
    }

    Geometry geometry() {
        return header.geometry();
    }

    /** Returns the file's length in bytes when the check began. */
    long length() {
        return length;
    }

    /** Reads {@code count} words at {@code offset}. */
    long[] words(long offset, int count) throws IOException {
        long[] words = new long[count];
        file.readWords(request, offset, words);
        return words;
    }

    /** Reads a cluster. */
    long[] cluster(long offset) throws IOException {
        return words(offset, 1 << (geometry().clusterBits() - 3));
    }

    /** Writes words at {@code offset}. */
    void write(long offset, long[] words) throws IOException {
        file.writeWords(request, offset, words, 0, words.length);
    }

    void flush() throws IOException {
        file.flush(request);
    }

    /** Returns the refcount table as it is on the disk. */
    long[] refcountTable() throws IOException {
        TableLocation table = header.refcountTable();
        return words(table.offset(), table.count() << (geometry().clusterBits() - 3));
    }

    /** Returns the active L1 table as it is on the disk. */
    long[] l1() throws IOException {
        return words(header.l1().offset(), header.l1().count());
    }

    /** Replaces the header, durably. */
    void rewrite(Header changed) throws IOException {
        file.patchHeader(request, changed);
        file.flush(request);
    }

    /** Returns whether a cluster begins before the file's end. */
    boolean isInFile(long offset) {
        return offset >= 0 && offset < length;
    }
}
