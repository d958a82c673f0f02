package org.ashlar.tools.img;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.FileNames;
import org.ashlar.tools.image.ImageName;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.text.Preallocations;

/** Creates one image, for {@code create} and {@code convert}. Confined to one command. */
final class ImageCreation {
    private final Session session;
    private final String fileName;
    private final CreateFormat format;
    private final CreatedFiles created;
    private final CreateValues values;

    private ImageCreation(
            Session session, String fileName, CreateFormat format, CreatedFiles created) {
        this.session = session;
        this.fileName = fileName;
        this.format = format;
        this.created = created;
        this.values = new CreateValues(format);
    }

    /** Prepares to create an image of a format; {@code created} is told of every file. */
    static ImageCreation of(
            Session session, String fileName, String formatName, CreatedFiles created)
            throws ToolFailure {
        BlockDriver driver = driver(session, formatName);
        checkProtocol(session.layer(), fileName);
        CreateFormat format = CreateFormat.of(driver);
        if (format.options().isEmpty()) {
            throw ToolFailure.of(
                    "Format driver '" + formatName + "' does not support image creation");
        }
        return new ImageCreation(session, fileName, format, created);
    }

    /** Returns the driver of that name. */
    static BlockDriver driver(Session session, String formatName) throws ToolFailure {
        return session.layer()
                .drivers()
                .node(formatName)
                .orElseThrow(() -> ToolFailure.of("Unknown file format '" + formatName + "'"));
    }

    private static void checkProtocol(BlockLayer layer, String fileName) throws ToolFailure {
        if (!FileNames.hasProtocol(fileName) || fileName.startsWith("file:")) {
            return;
        }
        String scheme = fileName.substring(0, fileName.indexOf(':'));
        for (BlockDriver driver : layer.drivers().nodes()) {
            if (driver.uriSchemes().contains(scheme)) {
                return;
            }
        }
        throw ToolFailure.of("Unknown protocol '" + scheme + "'");
    }

    CreateFormat format() {
        return format;
    }

    CreateValues values() {
        return values;
    }

    /** Names the backing file and its format; an empty text leaves one as it is. */
    void backing(Optional<String> file, Optional<String> fileFormat) throws ToolFailure {
        if (file.isPresent() && !values.put("backing_file", file.get())) {
            throw ToolFailure.of(
                    "Backing file not supported for file format '" + format.format() + "'");
        }
        if (fileFormat.isPresent() && !values.put("backing_fmt", fileFormat.get())) {
            throw ToolFailure.of(
                    "Backing format not supported for file format '" + format.format() + "'");
        }
        Optional<String> named = values.text("backing_file");
        if (named.isPresent() && named.get().isEmpty()) {
            throw ToolFailure.of("Expected backing file name, got empty string");
        }
        if (named.isPresent() && named.get().equals(fileName)) {
            throw ToolFailure.of(
                    "Error: Trying to create an image with the same filename as the backing file");
        }
    }

    /** Looks at the backing file, unless told not to, and takes its length if none was given. */
    void checkBacking(boolean unsafe) throws ToolFailure, IOException {
        Optional<String> file = values.text("backing_file");
        Optional<String> fileFormat = values.text("backing_fmt");
        if (file.isPresent() && unsafe && fileFormat.isEmpty()) {
            throw ToolFailure.of("Backing file specified without backing format");
        }
        if (file.isPresent() && !unsafe) {
            ImageName name =
                    new ImageName(
                            FileNames.resolve(fileName, file.get()), fileFormat.orElse(""), false);
            openBacking(name, fileFormat.isPresent());
        }
        if (values.size().isEmpty()) {
            throw ToolFailure.of("Image creation needs a size parameter");
        }
    }

    private void openBacking(ImageName name, boolean formatGiven) throws ToolFailure, IOException {
        Disk disk;
        try {
            disk = session.open(name, Access.READ);
        } catch (IOException failed) {
            throw ToolFailure.of(String.valueOf(failed.getMessage()))
                    .hinting("Could not open backing image.\n");
        }
        if (!formatGiven) {
            throw ToolFailure.of("Backing file specified without backing format")
                    .hinting("Detected format of " + disk.node().driver() + ".");
        }
        if (values.size().isEmpty()) {
            values.put("size", disk.lane().length());
        }
        session.close(disk);
    }

    /** Creates the image. */
    void create() throws IOException {
        values.roundSize();
        OptionTree file = fileOptions(fileName);
        if (format.isPlain()) {
            checkPreallocation();
            created.expect(fileName);
            session.layer().create(merge(file, values.tree(declared())));
            return;
        }
        created.expect(fileName);
        session.layer().create(merge(file.with("size", 0L), values.fileTree()));
        Optional<String> dataFile = values.text("data_file");
        if (dataFile.isPresent()) {
            created.expect(dataFile.get());
            session.layer().create(fileOptions(dataFile.get()).with("size", 0L));
        }
        session.layer()
                .create(values.tree(declared()).with("driver", format.format()).with("file", file));
    }

    /** Returns the names of the driver's own creation options. */
    private Set<String> declared() {
        Set<String> names = new HashSet<>();
        session.layer()
                .drivers()
                .node(format.format())
                .ifPresent(driver -> driver.createOptions().forEach(one -> names.add(one.name())));
        return names;
    }

    private void checkPreallocation() throws BlockException {
        Optional<String> mode = values.text("preallocation");
        if (mode.isPresent() && Preallocations.of(mode.get()).isEmpty()) {
            throw BlockException.invalid("invalid parameter value: " + mode.get());
        }
    }

    private static OptionTree fileOptions(String name) {
        return OptionTree.typed(Map.of("driver", "file", "filename", FileNames.plain(name)));
    }

    private static OptionTree merge(OptionTree into, OptionTree more) {
        OptionTree merged = into;
        for (Map.Entry<String, Object> entry : more.values().entrySet()) {
            merged = merged.with(entry.getKey(), entry.getValue());
        }
        return merged;
    }
}
