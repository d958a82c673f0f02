package org.ashlar.exports.nbd.internal;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/** QMP {@code nbd-server-add}, which {@code block-export-add} has replaced. Immutable. */
final class ServerAddCommand implements MonitorCommand {
    private static final Option<String> DEVICE =
            Option.text("device").required().help("the node to export");
    private static final Option<String> NAME =
            Option.text("name").help("name and id of the export; by default the node's name");
    private static final Option<String> DESCRIPTION =
            Option.text("description").help("a line about the export, shown to clients' users");
    private static final Option<Boolean> WRITABLE =
            Option.bool("writable").orElse(false).help("whether clients may write");
    private static final Option<String> BITMAP = Option.text("bitmap").help("a dirty bitmap");

    @Override
    public String name() {
        return "nbd-server-add";
    }

    @Override
    public List<Option<?>> arguments() {
        return List.of(DEVICE, NAME, DESCRIPTION, WRITABLE, BITMAP);
    }

    /** As in the reference, a read-only node is exported read-only whatever was asked for. */
    @Override
    public Object run(CommandCall call) throws IOException {
        OptionValues given = call.arguments();
        String device = given.get(DEVICE);
        String name = given.find(NAME).orElse(device);
        NodeInfo node =
                call.layer()
                        .graph()
                        .find(device)
                        .orElseThrow(() ->
                                new BlockException(
                                        BlockException.Kind.NOT_FOUND,
                                        "Cannot find device='%1$s' nor node-name='%1$s'"
                                                .formatted(device)));
        boolean writable = given.get(WRITABLE) && node.writable();
        Map<String, Object> options = new LinkedHashMap<>();
        options.put("name", name);
        given.find(DESCRIPTION).ifPresent(text -> options.put("description", text));
        given.find(BITMAP).ifPresent(bitmap -> options.put("bitmaps", List.of(bitmap)));
        ExportSettings settings = new ExportSettings("nbd", name, device, writable, false);
        call.layer().exports().add(settings, OptionTree.typed(options));
        return Map.of();
    }
}
