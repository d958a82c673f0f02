package org.ashlar.drivers.qcow2.internal;

import java.util.List;
import java.util.Optional;
import org.ashlar.drivers.qcow2.internal.format.CompressionType;
import org.ashlar.drivers.qcow2.internal.format.Geometry;
import org.ashlar.drivers.qcow2.internal.format.Limits;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionType;
import org.ashlar.spi.option.OptionValues;

/**
 * The options of a new image, checked; messages are the reference's. Immutable.
 *
 * @param size the length of the guest disk in bytes
 * @param geometry the sizes
 * @param compression how clusters are to be compressed
 * @param lazyRefcounts whether refcounts may be written late
 * @param preallocation what is allocated at once
 * @param backingFile the name of the backing file
 * @param backingFormat its format
 * @param dataFile the name of the external data file
 * @param dataFileRaw whether the data file must stay a raw image by itself
 */
record CreateOptions(
        long size,
        Geometry geometry,
        CompressionType compression,
        boolean lazyRefcounts,
        Preallocation preallocation,
        Optional<String> backingFile,
        Optional<String> backingFormat,
        Optional<String> dataFile,
        boolean dataFileRaw) {

    private static final int SECTOR = 512;

    private static final Option<Long> SIZE = Option.bytes("size").help("Virtual disk size");
    private static final Option<String> COMPAT =
            Option.of("compat", new OptionType<>("enum", List.of("v2", "v3"), CreateOptions::read))
                    .orElse("1.1")
                    .help("Compatibility level (v2 [0.10] or v3 [1.1])");
    private static final Option<Long> CLUSTER_SIZE =
            Option.bytes("cluster_size").orElse(65536L).help("qcow2 cluster size");
    private static final Option<String> BACKING_FILE =
            Option.text("backing_file").help("File name of a base image");
    private static final Option<String> BACKING_FORMAT =
            Option.text("backing_fmt").help("Image format of the base image");
    private static final Option<Long> REFCOUNT_BITS =
            Option.integer("refcount_bits")
                    .orElse(16L)
                    .help("Width of a reference count entry in bits");
    private static final Option<Boolean> EXTENDED_L2 =
            Option.bool("extended_l2").orElse(false).help("Extended L2 tables");
    private static final Option<Boolean> LAZY_REFCOUNTS =
            Option.bool("lazy_refcounts").orElse(false).help("Postpone refcount updates");
    private static final Option<CompressionType> COMPRESSION_TYPE =
            choice("compression_type", "compression-type", CompressionType.class)
                    .orElse(CompressionType.ZLIB)
                    .help("Compression method used for image cluster compression");
    private static final Option<Preallocation> PREALLOCATION =
            choice("preallocation", "preallocation", Preallocation.class)
                    .orElse(Preallocation.OFF)
                    .help("Preallocation mode (allowed values: off, metadata, falloc, full)");
    private static final Option<String> DATA_FILE =
            Option.text("data_file").help("File name of an external data file");
    private static final Option<Boolean> DATA_FILE_RAW =
            Option.bool("data_file_raw")
                    .orElse(false)
                    .help("The external data file must stay valid as a raw image");

    /** Every option, in the order in which the reference lists them. */
    static final List<Option<?>> ALL =
            List.of(
                    BACKING_FILE,
                    BACKING_FORMAT,
                    CLUSTER_SIZE,
                    COMPAT,
                    COMPRESSION_TYPE,
                    DATA_FILE,
                    DATA_FILE_RAW,
                    EXTENDED_L2,
                    LAZY_REFCOUNTS,
                    PREALLOCATION,
                    REFCOUNT_BITS,
                    SIZE);

    /** Returns whether an option is what QMP calls {@code version}, and its values v2 and v3. */
    static boolean isVersion(Option<?> option) {
        return option == COMPAT;
    }

    /** Older names are values, too; what is none is refused with the others. */
    private static String read(String name, Object raw) {
        return Option.text(name).type().reader().apply(name, raw);
    }

    /** A choice whose key in messages is not the key that users type. */
    private static <E extends Enum<E>> Option<E> choice(
            String name, String nameInMessages, Class<E> type) {
        OptionType<E> plain = Option.choice(nameInMessages, type).type();
        return Option.of(
                name,
                new OptionType<>(
                        plain.name(),
                        plain.choices(),
                        (_, raw) -> plain.reader().apply(nameInMessages, raw)));
    }

    /**
     * Reads and checks the options.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    static CreateOptions from(OptionValues values) throws BlockException {
        long size =
                values.find(SIZE)
                        .orElseThrow(() ->
                                BlockException.invalid("Image creation needs a size parameter"));
        Optional<String> backing = values.find(BACKING_FILE).filter(name -> !name.isEmpty());
        Optional<String> format = values.find(BACKING_FORMAT).filter(name -> !name.isEmpty());
        CreateOptions options =
                new CreateOptions(
                        size,
                        geometry(values),
                        values.get(COMPRESSION_TYPE),
                        values.get(LAZY_REFCOUNTS),
                        values.get(PREALLOCATION),
                        backing,
                        format,
                        values.find(DATA_FILE).filter(name -> !name.isEmpty()),
                        values.get(DATA_FILE_RAW));
        options.check();
        return options;
    }

    private static Geometry geometry(OptionValues values) throws BlockException {
        int version =
                switch (values.get(COMPAT)) {
                    case "0.10", "v2" -> 2;
                    case "1.1", "v3" -> 3;
                    default ->
                            throw BlockException.invalid(
                                    "Parameter 'version' does not accept value '"
                                            + values.get(COMPAT)
                                            + "'");
                };
        long cluster = values.get(CLUSTER_SIZE);
        int clusterBits = Long.SIZE - 1 - Long.numberOfLeadingZeros(cluster);
        require(
                Long.bitCount(cluster) == 1
                        && clusterBits >= Limits.CLUSTER_BITS_MIN
                        && clusterBits <= Limits.CLUSTER_BITS_MAX,
                "Cluster size must be a power of two between 512 and 2048k");
        boolean extended = values.get(EXTENDED_L2);
        requireV3(
                version,
                !extended,
                "Extended L2 entries are only supported with compatibility level 1.1 and");
        require(
                !extended || clusterBits >= Limits.EXTENDED_CLUSTER_BITS_MIN,
                "Extended L2 entries are only supported with cluster sizes of at least 16384"
                        + " bytes");
        long width = values.get(REFCOUNT_BITS);
        require(
                Long.bitCount(width) == 1 && width > 0 && width <= Long.SIZE,
                "Refcount width must be a power of two and may not exceed 64 bits");
        requireV3(
                version,
                width == 16,
                "Different refcount widths than 16 bits require compatibility level 1.1 or");
        return new Geometry(
                version,
                clusterBits,
                extended,
                Long.numberOfTrailingZeros(width),
                values.find(DATA_FILE).filter(name -> !name.isEmpty()).isPresent());
    }

    private void check() throws BlockException {
        int version = geometry.version();
        boolean zlib = compression == CompressionType.ZLIB;
        requireV3(
                version,
                dataFile.isEmpty(),
                "External data files are only supported with compatibility level 1.1 and");
        requireV3(
                version,
                !lazyRefcounts,
                "Lazy refcounts only supported with compatibility level 1.1 and");
        requireV3(
                version,
                zlib,
                "Non-zlib compression type is only supported with compatibility level 1.1 and");
        require(size % SECTOR == 0, "Image size must be a multiple of 512 bytes");
        require(!dataFileRaw || dataFile.isPresent(), "data-file-raw requires data-file");
        require(
                !dataFileRaw || backingFile.isEmpty(),
                "Backing file and data-file-raw cannot be used at the same time");
        require(
                backingFormat.isEmpty() || backingFile.isPresent(),
                "Backing format cannot be used without backing file");
        require(
                preallocation == Preallocation.OFF
                        || backingFile.isEmpty()
                        || geometry.extendedL2(),
                "Backing file and preallocation can only be used at the same time if extended_l2"
                        + " is on");
    }

    private static void requireV3(int version, boolean unused, String what) throws BlockException {
        require(version >= 3 || unused, what + " above (use version=v3 or greater)");
    }

    private static void require(boolean good, String message) throws BlockException {
        if (!good) {
            throw BlockException.invalid(message);
        }
    }
}
