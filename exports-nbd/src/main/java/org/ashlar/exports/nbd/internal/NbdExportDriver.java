package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.ashlar.exports.nbd.internal.session.Offer;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Engaged;
import org.ashlar.spi.export.BlockExport;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.export.ExportRequest;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/** Offers a node over NBD, as QMP's {@code BlockExportOptionsNbd} says. Immutable. */
final class NbdExportDriver implements ExportDriver, Engaged {
    private static final int MAX_STRING = 4096;

    private static final Option<String> NAME =
            Option.text("name").help("name that clients ask for; by default the node's");
    private static final Option<String> DESCRIPTION =
            Option.text("description").help("a line about the export, shown to clients' users");
    private static final Option<String> BITMAP =
            Option.text("bitmaps.0").help("a dirty bitmap to offer");
    private static final Option<String> BITMAP_NODE =
            Option.text("bitmaps.0.node").help("the node that has the dirty bitmap");
    private static final Option<String> BITMAP_NAME =
            Option.text("bitmaps.0.name").help("the dirty bitmap's name");
    private static final Option<Boolean> ALLOCATION_DEPTH =
            Option.bool("allocation-depth")
                    .orElse(false)
                    .help("whether clients may ask which layer holds a range");

    private final NbdService service;

    NbdExportDriver(NbdService service) {
        this.service = service;
    }

    @Override
    public String type() {
        return "nbd";
    }

    @Override
    public List<Option<?>> options() {
        return List.of(NAME, DESCRIPTION, BITMAP, BITMAP_NODE, BITMAP_NAME, ALLOCATION_DEPTH);
    }

    @Override
    public BlockExport start(ExportRequest request) throws IOException {
        OptionValues options = request.options();
        String name = options.find(NAME).orElse(request.nodeName());
        String description = options.find(DESCRIPTION).orElse("");
        requireShort("export name", name);
        requireShort("description", description);
        Optional<String> bitmap = options.find(BITMAP).or(() -> options.find(BITMAP_NAME));
        if (bitmap.isPresent() || options.find(BITMAP_NODE).isPresent()) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND,
                    "Bitmap '" + bitmap.orElse("") + "' is not found");
        }
        Offer offer =
                new Offer(
                        name,
                        description,
                        request.writable(),
                        request.writethrough(),
                        options.get(ALLOCATION_DEPTH),
                        request.source());
        return service.add(offer);
    }

    /** Keeps to the protocol's limit on strings, in bytes of UTF-8. */
    private static void requireShort(String what, String text) throws BlockException {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_STRING || text.indexOf('\0') >= 0) {
            throw BlockException.invalid(
                    what + " '" + text.substring(0, Math.min(80, text.length())) + "' too long");
        }
    }

    @Override
    public boolean isEngaged() {
        return service.isEngaged();
    }
}
