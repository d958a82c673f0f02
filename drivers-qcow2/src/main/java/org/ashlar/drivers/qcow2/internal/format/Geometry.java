package org.ashlar.drivers.qcow2.internal.format;

/**
 * The sizes from which every place in an image follows, with all shifts of the format in one place.
 * Immutable.
 *
 * @param version 2 or 3
 * @param clusterBits the cluster size is {@code 1 << clusterBits} bytes, 9 to 21
 * @param extendedL2 whether L2 entries have 128 bits and clusters have subclusters
 * @param refcountOrder a reference count has {@code 1 << refcountOrder} bits, 0 to 6
 * @param externalData whether guest clusters lie in a file of their own, at their guest offset
 */
public record Geometry(
        int version, int clusterBits, boolean extendedL2, int refcountOrder, boolean externalData) {

    /** How many subclusters a cluster has; without extended entries all of them share one state. */
    public static final int SUBCLUSTERS = 32;

    private static final int SUBCLUSTER_COUNT_BITS = 5;

    /** Returns the size of a cluster in bytes. */
    public long clusterSize() {
        return 1L << clusterBits;
    }

    /** Returns the part of an offset that lies within its cluster. */
    public long inCluster(long offset) {
        return offset & (clusterSize() - 1);
    }

    /** Returns the offset rounded down to a cluster. */
    public long clusterStart(long offset) {
        return offset & -clusterSize();
    }

    /** Returns the offset rounded up to a cluster. */
    public long clusterEnd(long offset) {
        return (offset + clusterSize() - 1) & -clusterSize();
    }

    /** Returns the number of clusters that hold so many bytes. */
    public long clustersFor(long bytes) {
        return (bytes >>> clusterBits) + (inCluster(bytes) == 0 ? 0 : 1);
    }

    /** Returns the binary logarithm of the 64-bit words in an L2 entry. */
    public int entryWordBits() {
        return extendedL2 ? 1 : 0;
    }

    /** Returns the binary logarithm of the entries in an L2 table. */
    public int l2Bits() {
        return clusterBits - 3 - entryWordBits();
    }

    /** Returns the L1 entry, by index, that covers a guest offset. */
    public long l1Index(long guestOffset) {
        return guestOffset >>> (clusterBits + l2Bits());
    }

    /** Returns the number of L1 entries that cover a guest of so many bytes. */
    public long l1EntriesFor(long guestLength) {
        int bits = clusterBits + l2Bits();
        return (guestLength >>> bits) + ((guestLength & ((1L << bits) - 1)) == 0 ? 0 : 1);
    }

    /** Returns the size in bits of the smallest unit that has an allocation state of its own. */
    public int subclusterBits() {
        return extendedL2 ? clusterBits - SUBCLUSTER_COUNT_BITS : clusterBits;
    }

    /** Returns the size in bytes of the smallest unit that has an allocation state of its own. */
    public long subclusterSize() {
        return 1L << subclusterBits();
    }

    /**
     * Returns which of the 32 parts of its cluster an offset lies in. Without extended entries the
     * parts exist in arithmetic only, so that one code serves both kinds of entry.
     */
    public int part(long offset) {
        return (int) (inCluster(offset) >>> (clusterBits - SUBCLUSTER_COUNT_BITS));
    }

    /** Returns the size of such a part in bytes. */
    public long partSize() {
        return clusterSize() >>> SUBCLUSTER_COUNT_BITS;
    }

    /** Returns the binary logarithm of the counts in a refcount block. */
    public int refcountBlockBits() {
        return clusterBits + 3 - refcountOrder;
    }
}
