package org.ashlar.drivers.qcow2.internal.table;

import java.util.Set;
import org.ashlar.drivers.qcow2.internal.format.BitmapDirectory;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.format.Limits;
import org.ashlar.drivers.qcow2.internal.format.TableLocation;
import org.ashlar.spi.BlockException;

/**
 * Keeps writes off the clusters that hold metadata in use, whatever entries and counts say. Checks
 * take no lock; the rest is guarded by the image's lock.
 *
 * <ul>
 *   <li>I1: a cluster that is known to hold metadata is never handed out, whatever is to be
 *       checked.
 *   <li>I2: what lies where an entry says is written only if that is no area to be checked, other
 *       than its own.
 * </ul>
 */
public final class MetadataClusters {
    private static final int ALL = (1 << Area.values().length) - 1;

    private final Geometry geometry;
    private final AreaMap areas = new AreaMap();

    /** The areas to be checked, as bits; written by {@link #check} alone. */
    private volatile int checked;

    private MetadataClusters(Geometry geometry) {
        this.geometry = geometry;
    }

    /** Returns where the metadata of an image lie: what its header and the two tables lead to. */
    static MetadataClusters of(Header header, TopTable l1, TopTable refcountTable) {
        Geometry geometry = header.geometry();
        MetadataClusters clusters = new MetadataClusters(geometry);
        TableLocation refcounts = header.refcountTable();
        clusters.add(Area.MAIN_HEADER, 0, 1);
        clusters.add(
                Area.REFCOUNT_TABLE,
                refcounts.offset() >>> geometry.clusterBits(),
                refcounts.count());
        long l1Bytes = (long) header.l1().count() * Long.BYTES;
        clusters.addBytes(Area.ACTIVE_L1, header.l1().offset(), l1Bytes);
        clusters.addTables(Area.ACTIVE_L2, l1);
        clusters.addTables(Area.REFCOUNT_BLOCK, refcountTable);
        clusters.addBitmapDirectory(header);
        return clusters;
    }

    private void addBitmapDirectory(Header header) {
        try {
            BitmapDirectory.of(header)
                    .ifPresent(
                            found -> addBytes(Area.BITMAP_DIRECTORY, found.offset(), found.size()));
        } catch (BlockException _) {
            // Out of bounds: there is none to keep writes off, and a check says so.
        }
    }

    private void addTables(Area area, TopTable top) {
        int used = top.usedLength();
        for (int i = 0; i < used; i++) {
            if (top.tableOffset(i) != 0) {
                add(area, top.tableOffset(i) >>> geometry.clusterBits(), 1);
            }
        }
    }

    /** Notes that bytes of the file are part of an area; what no file can hold is left out. */
    void addBytes(Area area, long offset, long length) {
        if (length > 0 && offset >= 0 && offset <= Limits.HOST_OFFSET_MAX) {
            long first = offset >>> geometry.clusterBits();
            add(area, first, ((offset + length - 1) >>> geometry.clusterBits()) - first + 1);
        }
    }

    /** Notes that clusters are part of an area. */
    void add(Area area, long first, long count) {
        for (long cluster = first; cluster < first + count; cluster++) {
            areas.add(cluster, area.bit());
        }
    }

    /** Notes that a cluster is free. */
    void remove(long cluster) {
        areas.remove(cluster);
    }

    /** Sets what is checked from now on. */
    public void check(Set<Area> wanted) {
        checked = wanted.stream().mapToInt(Area::bit).sum();
    }

    /**
     * Checks, before it is written, what the guest has in the file.
     *
     * @throws CorruptImageException if metadata lie there
     */
    public void beforeData(long offset, long length) throws CorruptImageException {
        if (!geometry.externalData()) {
            refuse(checked, offset, length);
        }
    }

    /** Checks, before it is changed, a table whose place the image says. */
    void beforeTable(Area own, long offset, long length) throws CorruptImageException {
        refuse(checked & ~own.bit(), offset, length);
    }

    /** Checks, before they are handed out, clusters whose counts say that they are free. */
    void beforeUse(long first, long count) throws CorruptImageException {
        refuse(ALL, first << geometry.clusterBits(), count << geometry.clusterBits());
    }

    private void refuse(int unwanted, long offset, long length) throws CorruptImageException {
        if (unwanted == 0) {
            return;
        }
        long last = (offset + length - 1) >>> geometry.clusterBits();
        for (long cluster = offset >>> geometry.clusterBits(); cluster <= last; cluster++) {
            int found = areas.areas(cluster) & unwanted;
            if (found != 0) {
                throw new CorruptImageException(
                        "Preventing invalid write on metadata (overlaps with %s)"
                                .formatted(Area.firstOf(found).title()),
                        offset,
                        length);
            }
        }
    }
}
