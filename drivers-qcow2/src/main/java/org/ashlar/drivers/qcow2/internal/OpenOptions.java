package org.ashlar.drivers.qcow2.internal;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Header;
import org.ashlar.drivers.qcow2.internal.table.Area;
import org.ashlar.drivers.qcow2.internal.table.CacheSizes;
import org.ashlar.drivers.qcow2.internal.table.DiscardPolicy;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/**
 * The options of an open image, checked. Immutable.
 *
 * @param lazyRefcounts whether refcounts may be written late, if the user says
 * @param passDiscardRequest whether the host is told of what the guest discards, if the user says
 * @param keepClusters {@code discard-no-unref}
 * @param cleanInterval how long an unused part of the cache is kept; zero for ever
 * @param values what the user gave
 */
record OpenOptions(
        Optional<Boolean> lazyRefcounts,
        Optional<Boolean> passDiscardRequest,
        boolean keepClusters,
        Duration cleanInterval,
        OptionValues values) {

    private static final long MIB = 1 << 20;
    private static final long L2_CACHE_MAX = 32 * MIB;
    private static final int L2_SLICE_DEFAULT = 1 << 16;
    private static final int L2_SLICE_MIN = 512;
    private static final int REFCOUNT_BLOCKS = 4;
    private static final long CLEAN_INTERVAL_MAX = 0xffff_ffffL;

    private static final Option<Boolean> LAZY_REFCOUNTS =
            Option.bool("lazy-refcounts")
                    .reopenable()
                    .help("postpone refcount updates; the image is dirty meanwhile");
    private static final Option<Boolean> PASS_DISCARD_REQUEST =
            Option.bool("pass-discard-request")
                    .reopenable()
                    .help("tell the host what the guest discards; default: whether discard=unmap");
    private static final Option<Boolean> PASS_DISCARD_SNAPSHOT =
            Option.bool("pass-discard-snapshot")
                    .orElse(true)
                    .reopenable()
                    .help("tell the host of clusters that a deleted snapshot gives up");
    private static final Option<Boolean> PASS_DISCARD_OTHER =
            Option.bool("pass-discard-other")
                    .orElse(false)
                    .reopenable()
                    .help("tell the host of clusters whose metadata have moved");
    private static final Option<Boolean> DISCARD_NO_UNREF =
            Option.bool("discard-no-unref")
                    .orElse(false)
                    .reopenable()
                    .help("keep discarded clusters allocated, so that the image is not fragmented");
    private static final Option<Long> CACHE_SIZE =
            Option.bytes("cache-size")
                    .reopenable()
                    .help("bytes of metadata kept in memory: of L2 tables and refcount blocks");
    private static final Option<Long> L2_CACHE_SIZE =
            Option.bytes("l2-cache-size").reopenable().help("bytes of L2 tables kept in memory");
    private static final Option<Long> L2_CACHE_ENTRY_SIZE =
            Option.bytes("l2-cache-entry-size")
                    .help("bytes of an L2 table that are loaded at once; a power of two");
    private static final Option<Long> REFCOUNT_CACHE_SIZE =
            Option.bytes("refcount-cache-size")
                    .reopenable()
                    .help("bytes of refcount blocks kept in memory");
    private static final Option<Long> CACHE_CLEAN_INTERVAL =
            Option.integer("cache-clean-interval")
                    .orElse(600L)
                    .reopenable()
                    .help("seconds after which unused metadata leave memory; 0 for never");

    /** Every option. */
    static final List<Option<?>> ALL =
            Stream.<Option<?>>concat(
                            Stream.of(
                                    LAZY_REFCOUNTS,
                                    PASS_DISCARD_REQUEST,
                                    PASS_DISCARD_SNAPSHOT,
                                    PASS_DISCARD_OTHER,
                                    DISCARD_NO_UNREF,
                                    CACHE_SIZE,
                                    L2_CACHE_SIZE,
                                    L2_CACHE_ENTRY_SIZE,
                                    REFCOUNT_CACHE_SIZE,
                                    CACHE_CLEAN_INTERVAL),
                            OverlapOptions.ALL.stream())
                    .toList();

    /**
     * Reads and checks the options.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    static OpenOptions from(OptionValues values) throws BlockException {
        OverlapOptions.check(values);
        long interval = values.get(CACHE_CLEAN_INTERVAL);
        if (interval < 0 || interval > CLEAN_INTERVAL_MAX) {
            throw BlockException.invalid("Cache clean interval too big");
        }
        return new OpenOptions(
                values.find(LAZY_REFCOUNTS),
                values.find(PASS_DISCARD_REQUEST),
                values.get(DISCARD_NO_UNREF),
                Duration.ofSeconds(interval),
                values);
    }

    /**
     * Checks the options against an image.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    void check(Header header) throws BlockException {
        cacheSizes(header.geometry(), header.size());
        if (header.geometry().version() == 2 && lazyRefcounts.orElse(false)) {
            throw BlockException.invalid(
                    "Lazy refcounts require a qcow2 image with at least qemu 1.1 compatibility"
                            + " level");
        }
    }

    /** Returns the metadata that writes are kept off. */
    Set<Area> overlapAreas() {
        return OverlapOptions.areas(values);
    }

    /** Returns what becomes of discarded clusters. */
    DiscardPolicy discards(NodeSettings settings) {
        return new DiscardPolicy(
                passDiscardRequest.orElse(settings.unmap()),
                values.get(PASS_DISCARD_OTHER),
                keepClusters);
    }

    /**
     * Returns how much of an image's metadata is kept in memory: by default all L2 tables of a disk
     * of so many bytes, up to 32 MiB.
     *
     * @throws BlockException of kind {@code INVALID} if the options contradict each other
     */
    CacheSizes cacheSizes(Geometry geometry, long diskSize) throws BlockException {
        int slice = slice(geometry);
        long least = (long) REFCOUNT_BLOCKS << geometry.clusterBits();
        long allL2 = geometry.clustersFor(diskSize) << (3 + geometry.entryWordBits());
        Optional<Long> total = values.find(CACHE_SIZE);
        Optional<Long> givenL2 = values.find(L2_CACHE_SIZE);
        Optional<Long> givenRefcounts = values.find(REFCOUNT_CACHE_SIZE);
        checkTotal(total, givenL2, givenRefcounts);
        long l2 = givenL2.orElse(Math.min(L2_CACHE_MAX, allL2));
        long refcounts = givenRefcounts.orElse(least);
        if (total.isPresent()) {
            if (givenL2.isPresent()) {
                refcounts = total.get() - l2;
            } else if (givenRefcounts.isPresent()) {
                l2 = total.get() - refcounts;
            } else {
                l2 = Math.min(allL2, Math.max(0, total.get() - least));
                refcounts = total.get() - l2;
            }
        }
        return new CacheSizes(l2, slice, refcounts);
    }

    private static void checkTotal(
            Optional<Long> total, Optional<Long> l2, Optional<Long> refcounts)
            throws BlockException {
        if (total.isEmpty()) {
            return;
        }
        if (l2.isPresent() && refcounts.isPresent()) {
            throw BlockException.invalid(
                    "cache-size, l2-cache-size and refcount-cache-size may not be set at the same"
                            + " time");
        }
        if (l2.orElse(0L) > total.get()) {
            throw BlockException.invalid("l2-cache-size may not exceed cache-size");
        }
        if (refcounts.orElse(0L) > total.get()) {
            throw BlockException.invalid("refcount-cache-size may not exceed cache-size");
        }
    }

    private int slice(Geometry geometry) throws BlockException {
        long cluster = geometry.clusterSize();
        long slice = values.find(L2_CACHE_ENTRY_SIZE).orElse(Math.min(cluster, L2_SLICE_DEFAULT));
        if (slice < L2_SLICE_MIN || slice > cluster || Long.bitCount(slice) != 1) {
            throw BlockException.invalid(
                    "L2 cache entry size must be a power of two between 512 and the cluster size"
                            + " ("
                            + cluster
                            + ")");
        }
        return (int) slice;
    }
}
