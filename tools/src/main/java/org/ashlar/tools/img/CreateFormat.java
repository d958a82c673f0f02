package org.ashlar.tools.img;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.option.Option;

/**
 * The options with which images of a format are created, under the reference's names and in its
 * order. Immutable.
 *
 * @param format the format's name
 * @param options what users may give
 */
record CreateFormat(String format, List<CreateOption> options) {

    private static final CreateOption SIZE =
            new CreateOption("size", "size", CreateOption.Type.SIZE, "", "Virtual disk size");

    private static final CreateOption NOCOW =
            new CreateOption(
                    "nocow",
                    "nocow",
                    CreateOption.Type.SWITCH,
                    "",
                    "Turn off copy-on-write (valid only on btrfs)");

    private static final CreateOption EXTENT_SIZE_HINT =
            new CreateOption(
                    "extent_size_hint",
                    "extent-size-hint",
                    CreateOption.Type.SIZE,
                    "",
                    "Extent size hint for the image file, 0 to disable");

    /** What is the file's business alone, whatever lies in it. */
    private static final List<CreateOption> FILE_ONLY = List.of(NOCOW, EXTENT_SIZE_HINT);

    /** What the file itself understands. */
    private static final List<CreateOption> FILE =
            List.of(
                    SIZE,
                    NOCOW,
                    new CreateOption(
                            "preallocation",
                            "preallocation",
                            CreateOption.Type.TEXT,
                            "",
                            "Preallocation mode (allowed values: off, falloc, full)"),
                    EXTENT_SIZE_HINT);

    private static final List<CreateOption> QCOW2 =
            List.of(
                    new CreateOption(
                            "cluster_size",
                            "cluster-size",
                            CreateOption.Type.SIZE,
                            "65536",
                            "qcow2 cluster size"),
                    new CreateOption(
                            "extended_l2",
                            "extended-l2",
                            CreateOption.Type.SWITCH,
                            "off",
                            "Extended L2 tables"),
                    new CreateOption(
                            "preallocation",
                            "preallocation",
                            CreateOption.Type.TEXT,
                            "",
                            "Preallocation mode (allowed values: off, metadata, falloc, full)"),
                    new CreateOption(
                            "compression_type",
                            "compression-type",
                            CreateOption.Type.TEXT,
                            "zlib",
                            "Compression method used for image cluster compression"),
                    SIZE,
                    new CreateOption(
                            "backing_file",
                            "backing-file",
                            CreateOption.Type.TEXT,
                            "",
                            "File name of a base image"),
                    new CreateOption(
                            "backing_fmt",
                            "backing-fmt",
                            CreateOption.Type.TEXT,
                            "",
                            "Image format of the base image"),
                    new CreateOption(
                            "compat",
                            "version",
                            CreateOption.Type.TEXT,
                            "",
                            "Compatibility level (v2 [0.10] or v3 [1.1])"),
                    new CreateOption(
                            "data_file",
                            "data-file",
                            CreateOption.Type.TEXT,
                            "",
                            "File name of an external data file"),
                    new CreateOption(
                            "data_file_raw",
                            "data-file-raw",
                            CreateOption.Type.SWITCH,
                            "",
                            "The external data file must stay valid as a raw image"),
                    new CreateOption(
                            "lazy_refcounts",
                            "lazy-refcounts",
                            CreateOption.Type.SWITCH,
                            "off",
                            "Postpone refcount updates"),
                    new CreateOption(
                            "refcount_bits",
                            "refcount-bits",
                            CreateOption.Type.NUMBER,
                            "16",
                            "Width of a reference count entry in bits"),
                    NOCOW,
                    EXTENT_SIZE_HINT);

    /**
     * Returns the options of a driver's format; those it declares itself if it is not known here.
     */
    static CreateFormat of(BlockDriver driver) {
        String name = driver.name();
        if (name.equals("qcow2")) {
            return new CreateFormat(name, QCOW2);
        }
        if (name.equals("raw") || driver.kind() == DriverKind.PROTOCOL) {
            return new CreateFormat(name, FILE);
        }
        List<CreateOption> declared = new ArrayList<>();
        for (Option<?> option : driver.createOptions()) {
            declared.add(
                    new CreateOption(
                            option.name().replace('-', '_'),
                            option.name(),
                            typeOf(option),
                            "",
                            option.help()));
        }
        return new CreateFormat(name, declared);
    }

    private static CreateOption.Type typeOf(Option<?> option) {
        return switch (option.type().name()) {
            case "size" -> CreateOption.Type.SIZE;
            case "integer" -> CreateOption.Type.NUMBER;
            case "boolean" -> CreateOption.Type.SWITCH;
            default -> CreateOption.Type.TEXT;
        };
    }

    /** Returns the option of that name. */
    Optional<CreateOption> find(String name) {
        for (CreateOption option : options) {
            if (option.name().equals(name)) {
                return Optional.of(option);
            }
        }
        return Optional.empty();
    }

    /** Returns whether a format leaves an option to the file that it lies in. */
    boolean isOfFile(CreateOption option) {
        return !isPlain() && FILE_ONLY.contains(option);
    }

    /** Returns whether images lie in the file as they are, without a format's metadata. */
    boolean isPlain() {
        return format.equals("raw") || options.equals(FILE);
    }

    /** Returns what {@code -o help} prints; with a file name, the file's own options too. */
    String help(boolean withFile) {
        StringBuilder text = new StringBuilder();
        text.append(withFile ? "Supported options:" : "Supported " + format + " options:")
                .append('\n');
        options.stream()
                .filter(option -> withFile || option.equals(SIZE) || !FILE.contains(option))
                .sorted(Comparator.comparing(CreateOption::name))
                .forEach(option -> text.append(option.describe()).append('\n'));
        if (!withFile) {
            text.append(
                    """

                    The protocol level may support further options.
                    Specify the target filename to include those options.
                    """);
        }
        return text.toString();
    }
}
