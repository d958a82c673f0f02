package org.ashlar.tools.daemon;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;

/**
 * Makes the images that {@code serve} serves when it is given none: a base of 64 MiB whose first
 * MiB says so in every sector, and an overlay whose first sector says that it is the overlay.
 * Immutable.
 *
 * @param layer makes and fills them
 * @param folder where they are put
 */
record Sample(BlockLayer layer, Path folder) {

    static final long LENGTH = 64L << 20;

    private static final int SECTOR = 512;
    private static final int FILLED = 1 << 20;

    /** Returns the overlay's file; both images are closed. */
    Path create() throws IOException {
        Path base = folder.resolve("base.qcow2");
        Path overlay = folder.resolve("overlay.qcow2");
        createImage(base, Map.of());
        fill(base, "This sector is in the base.\n", FILLED);
        createImage(overlay, Map.of("backing_file", base.toString(), "backing_fmt", "qcow2"));
        fill(overlay, "This sector is in the overlay.\n", SECTOR);
        return overlay;
    }

    private void createImage(Path file, Map<String, Object> more) throws IOException {
        layer.create(
                OptionTree.typed(
                        Map.of("driver", "file", "filename", file.toString(), "size", 0L)));
        Map<String, Object> image = new LinkedHashMap<>(more);
        image.put("driver", "qcow2");
        image.put("size", LENGTH);
        image.put("file", Map.of("driver", "file", "filename", file.toString()));
        layer.create(OptionTree.typed(image));
    }

    /** Writes {@code text}, padded to a sector, over the first {@code length} bytes. */
    private void fill(Path file, String text, int length) throws IOException {
        byte[] words = text.getBytes(StandardCharsets.US_ASCII);
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at += SECTOR) {
            System.arraycopy(words, 0, bytes, at, words.length);
        }
        String node =
                layer.add(
                        OptionTree.typed(
                                Map.of(
                                        "driver",
                                        "qcow2",
                                        "node-name",
                                        "sample",
                                        "filename",
                                        file.toString())));
        try (Root root = layer.attach("sample", node, Permissions.WRITE_EXCLUSIVE);
                Admission admission = root.consumer("sample").admit(Access.WRITE)) {
            root.root().write(admission.request(), 0, MemorySegment.ofArray(bytes), IoFlags.FUA);
        }
        layer.delete(node);
    }
}
