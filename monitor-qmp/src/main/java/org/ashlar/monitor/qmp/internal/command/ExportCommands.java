package org.ashlar.monitor.qmp.internal.command;

import static org.ashlar.spi.control.Shape.BOOLEAN;
import static org.ashlar.spi.control.Shape.TEXT;
import static org.ashlar.spi.control.Shape.listOf;
import static org.ashlar.spi.control.Shape.member;
import static org.ashlar.spi.control.Shape.object;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.ashlar.monitor.qmp.internal.session.Arguments;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.export.ExportInfo;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/** The commands about exports. Stateless. */
final class ExportCommands {

    /** How an export is ended. */
    enum Mode {
        SAFE,
        HARD
    }

    private static final Option<String> TYPE = Option.text("type").required();
    private static final Option<String> ID = Option.text("id").required();
    private static final Option<Boolean> FIXED_THREAD = Option.bool("fixed-iothread");
    private static final Option<String> THREAD = Option.text("iothread");
    private static final Option<String> NODE = Option.text("node-name").required();
    private static final Option<Boolean> WRITABLE = Option.bool("writable").orElse(false);
    private static final Option<Boolean> WRITETHROUGH = Option.bool("writethrough").orElse(false);
    private static final Option<Mode> MODE = Option.choice("mode", Mode.class).orElse(Mode.SAFE);

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z][A-Za-z0-9._-]*");

    private static final Shape EXPORTS =
            listOf(
                    object(
                            member("id", TEXT),
                            member("type", TEXT),
                            member("node-name", TEXT),
                            member("shutting-down", BOOLEAN)));

    private ExportCommands() {}

    static List<MonitorCommand> all() {
        return List.of(
                Command.action(
                                "block-export-add",
                                ExportCommands::add,
                                TYPE,
                                ID,
                                FIXED_THREAD,
                                THREAD,
                                NODE,
                                WRITABLE,
                                WRITETHROUGH)
                        .withOptionTree(),
                Command.action("block-export-del", ExportCommands::delete, ID, MODE),
                Command.query("query-block-exports", EXPORTS, ExportCommands::list));
    }

    private static void add(CommandCall call) throws IOException {
        OptionValues given = call.arguments();
        ExportDriver driver = driver(call);
        OptionTree options =
                call.tree()
                        .without(
                                "type",
                                "id",
                                "fixed-iothread",
                                "iothread",
                                "node-name",
                                "writable",
                                "writethrough");
        if (!options.isText()) {
            Arguments.checkTypes("", driver.options(), options);
        }
        if (!IDENTIFIER.matcher(given.get(ID)).matches()) {
            throw BlockException.invalid("Invalid block export id");
        }
        Optional<String> thread = given.find(THREAD);
        if (thread.isPresent()) {
            throw BlockException.invalid("iothread \"" + thread.get() + "\" not found");
        }
        ExportSettings settings =
                new ExportSettings(
                        driver.type(),
                        given.get(ID),
                        given.get(NODE),
                        given.get(WRITABLE),
                        given.get(WRITETHROUGH));
        call.layer().exports().add(settings, options);
    }

    private static ExportDriver driver(CommandCall call) throws BlockException {
        String type = call.arguments().get(TYPE);
        return call.layer().drivers().exports().stream()
                .filter(driver -> driver.type().equals(type))
                .findFirst()
                .orElseThrow(() ->
                        BlockException.invalid(
                                "Parameter 'type' does not accept value '" + type + "'"));
    }

    private static void delete(CommandCall call) throws IOException {
        String id = call.arguments().get(ID);
        boolean found =
                call.layer().exports().list().stream().anyMatch(export -> export.id().equals(id));
        if (!found) {
            throw new BlockException(
                    BlockException.Kind.NOT_FOUND, "Export '" + id + "' is not found");
        }
        call.layer().exports().delete(id, call.arguments().get(MODE) == Mode.HARD);
    }

    private static Object list(CommandCall call) {
        return call.layer().exports().list().stream().map(ExportCommands::describe).toList();
    }

    private static Map<String, Object> describe(ExportInfo export) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", export.id());
        members.put("type", export.type());
        members.put("node-name", export.nodeName());
        members.put("shutting-down", export.shuttingDown());
        return members;
    }
}
