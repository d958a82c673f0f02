package org.ashlar.drivers.nbd.internal;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/** Opens exports of NBD servers as nodes. Immutable. */
final class NbdDriver implements BlockDriver {

    @Override
    public String name() {
        return "nbd";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public List<Option<?>> options() {
        return NbdOptions.ALL;
    }

    @Override
    public List<String> uriSchemes() {
        return List.of("nbd", "nbd+tcp", "nbd+unix");
    }

    @Override
    public OptionTree parseFileName(String fileName) throws BlockException {
        return FileNames.parse(fileName);
    }

    @Override
    public String fileName(OptionValues options) throws BlockException {
        NbdOptions known = NbdOptions.from(options);
        return FileNames.of(known.target(), known.export());
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        NbdOptions options = NbdOptions.from(request.options());
        Link link = Link.open(options, request.request());
        try {
            checkWritable(link.export(), request.settings(), options);
            return new NbdNode(link, options);
        } catch (IOException | RuntimeException e) {
            link.close();
            throw e;
        }
    }

    /** Refuses to write to what the server shows read-only, unless that will do. */
    static void checkWritable(Export export, NodeSettings settings, NbdOptions options)
            throws BlockException {
        if (export.isReadOnly() && !settings.readOnly() && !settings.autoReadOnly()) {
            throw new BlockException(
                    Kind.NOT_PERMITTED,
                    "The server shows export '%s' of '%s' read-only"
                            .formatted(options.export(), options.target()));
        }
    }
}
