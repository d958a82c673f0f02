package org.ashlar.monitor.qmp.internal.command;

import static org.ashlar.spi.control.Shape.TEXT;
import static org.ashlar.spi.control.Shape.listOf;
import static org.ashlar.spi.control.Shape.member;
import static org.ashlar.spi.control.Shape.object;

import java.util.List;
import java.util.Map;
import org.ashlar.monitor.qmp.internal.schema.Schema;
import org.ashlar.monitor.qmp.internal.session.Compatibility;
import org.ashlar.monitor.qmp.internal.session.Monitors;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.option.Option;

/** The commands about the program itself. Stateless. */
final class GeneralCommands {

    private static final Option<String> TYPE = Option.text("qom-type").required();
    private static final Option<String> ID = Option.text("id").required();

    private static final Shape VERSION =
            object(
                    member(
                            "qemu",
                            object(
                                    member("major", Shape.INTEGER),
                                    member("minor", Shape.INTEGER),
                                    member("micro", Shape.INTEGER))),
                    member("package", TEXT));

    private GeneralCommands() {}

    static List<MonitorCommand> all(Monitors monitors) {
        return List.of(
                Command.query("query-version", VERSION, _ -> Compatibility.version()),
                Command.query(
                        "query-commands",
                        listOf(object(member("name", TEXT))),
                        GeneralCommands::names),
                Command.query(
                        "query-qmp-schema",
                        listOf(Shape.ANY),
                        call -> Schema.of(call.layer().drivers())),
                Command.query(
                        "query-chardev",
                        listOf(
                                object(
                                        member("label", TEXT),
                                        member("filename", TEXT),
                                        member("frontend-open", Shape.BOOLEAN))),
                        _ -> monitors.describe()),
                Command.action("object-add", GeneralCommands::addObject, TYPE, ID).withOptionTree(),
                Command.action("object-del", GeneralCommands::deleteObject, ID),
                Command.action("quit", CommandCall::requestShutdown));
    }

    private static List<Map<String, Object>> names(CommandCall call) {
        return call.layer().drivers().commands().stream()
                .map(command -> Map.<String, Object>of("name", command.name()))
                .toList();
    }

    /** No bundle contributes types of objects, so that each is refused by name. */
    private static void addObject(CommandCall call) throws BlockException {
        throw BlockException.invalid(
                "Parameter 'qom-type' does not accept value '" + call.arguments().get(TYPE) + "'");
    }

    private static void deleteObject(CommandCall call) throws BlockException {
        throw new BlockException(
                BlockException.Kind.NOT_FOUND,
                "object '" + call.arguments().get(ID) + "' not found");
    }
}
