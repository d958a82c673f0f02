package org.ashlar.monitor.qmp.internal.command;

import static org.ashlar.spi.control.Shape.BOOLEAN;
import static org.ashlar.spi.control.Shape.INTEGER;
import static org.ashlar.spi.control.Shape.TEXT;
import static org.ashlar.spi.control.Shape.choice;
import static org.ashlar.spi.control.Shape.listOf;
import static org.ashlar.spi.control.Shape.member;
import static org.ashlar.spi.control.Shape.object;
import static org.ashlar.spi.control.Shape.optional;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.CommandException;
import org.ashlar.spi.control.CommandException.ErrorClass;
import org.ashlar.spi.control.Jobs;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.Shape;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.option.Option;

/**
 * The commands about jobs. Block jobs are those that work on the data of nodes: all but {@code
 * create} and {@code amend}. Stateless.
 */
final class JobCommands {

    /** One verb of {@link Jobs}. */
    private interface Verb {
        void apply(Jobs jobs, String id) throws IOException;
    }

    private static final Set<String> NO_BLOCK_JOBS = Set.of("create", "amend");

    private static final Option<String> ID = Option.text("id").required();
    private static final Option<String> DEVICE = Option.text("device").required();
    private static final Option<Boolean> FORCE = Option.bool("force").orElse(false);
    private static final Option<Long> SPEED = Option.integer("speed").required();

    private static final Shape STATUS =
            choice(Stream.of(JobStatus.values()).map(Option::textOf).toArray(String[]::new));

    private static final Shape JOBS =
            listOf(
                    object(
                            member("id", TEXT),
                            member("type", TEXT),
                            member("status", STATUS),
                            member("current-progress", INTEGER),
                            member("total-progress", INTEGER),
                            optional("error", TEXT)));

    private static final Shape BLOCK_JOBS =
            listOf(
                    object(
                            member("type", TEXT),
                            member("device", TEXT),
                            member("len", INTEGER),
                            member("offset", INTEGER),
                            member("busy", BOOLEAN),
                            member("paused", BOOLEAN),
                            member("speed", INTEGER),
                            member("io-status", choice("ok", "failed", "nospace")),
                            member("ready", BOOLEAN),
                            member("status", STATUS),
                            member("auto-finalize", BOOLEAN),
                            member("auto-dismiss", BOOLEAN),
                            optional("error", TEXT)));

    private JobCommands() {}

    static List<MonitorCommand> all() {
        List<MonitorCommand> commands = new ArrayList<>();
        commands.add(Command.query("query-jobs", JOBS, JobCommands::jobs));
        commands.add(Command.query("query-block-jobs", BLOCK_JOBS, JobCommands::blockJobs));
        commands.add(job("job-pause", Jobs::pause));
        commands.add(job("job-resume", Jobs::resume));
        commands.add(job("job-cancel", (jobs, id) -> jobs.cancel(id, true)));
        commands.add(job("job-complete", Jobs::complete));
        commands.add(job("job-finalize", Jobs::finalizeJob));
        commands.add(job("job-dismiss", Jobs::dismiss));
        commands.add(Command.action("block-job-set-speed", JobCommands::speed, DEVICE, SPEED));
        commands.add(Command.action("block-job-cancel", JobCommands::cancel, DEVICE, FORCE));
        commands.add(blockJob("block-job-pause", DEVICE, Jobs::pause));
        commands.add(blockJob("block-job-resume", DEVICE, Jobs::resume));
        commands.add(blockJob("block-job-complete", DEVICE, Jobs::complete));
        commands.add(blockJob("block-job-finalize", ID, Jobs::finalizeJob));
        commands.add(blockJob("block-job-dismiss", ID, Jobs::dismiss));
        return commands;
    }

    private static Command job(String name, Verb verb) {
        return Command.action(
                name,
                call -> {
                    String id = call.arguments().get(ID);
                    if (call.layer().jobs().list().stream().noneMatch(job -> job.id().equals(id))) {
                        throw new BlockException(BlockException.Kind.NOT_FOUND, "Job not found");
                    }
                    verb.apply(call.layer().jobs(), id);
                },
                ID);
    }

    private static Command blockJob(String name, Option<String> key, Verb verb) {
        return Command.action(
                        name, call -> verb.apply(call.layer().jobs(), blockJob(call, key)), key)
                .marked("deprecated");
    }

    private static void speed(CommandCall call) throws IOException {
        call.layer().jobs().speed(blockJob(call, DEVICE), call.arguments().get(SPEED));
    }

    private static void cancel(CommandCall call) throws IOException {
        String id = blockJob(call, DEVICE);
        call.layer().jobs().cancel(id, call.arguments().get(FORCE));
    }

    /** Returns the id given by {@code key}, which must be that of a block job. */
    private static String blockJob(CommandCall call, Option<String> key) throws CommandException {
        String id = call.arguments().get(key);
        boolean found =
                call.layer().jobs().list().stream()
                        .anyMatch(job -> job.id().equals(id) && isBlockJob(job));
        if (!found) {
            throw new CommandException(
                    ErrorClass.DEVICE_NOT_ACTIVE, "Block job '" + id + "' not found");
        }
        return id;
    }

    private static boolean isBlockJob(JobInfo job) {
        return !NO_BLOCK_JOBS.contains(job.type());
    }

    private static Object jobs(CommandCall call) {
        return call.layer().jobs().list().stream().map(JobCommands::job).toList();
    }

    private static Object blockJobs(CommandCall call) {
        return call.layer().jobs().list().stream()
                .filter(JobCommands::isBlockJob)
                .map(JobCommands::blockJob)
                .toList();
    }

    private static Map<String, Object> job(JobInfo job) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("id", job.id());
        members.put("type", job.type());
        members.put("status", Option.textOf(job.status()));
        members.put("current-progress", job.current());
        members.put("total-progress", job.total());
        job.error().ifPresent(error -> members.put("error", error));
        return members;
    }

    private static Map<String, Object> blockJob(JobInfo job) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("type", job.type());
        members.put("device", job.id());
        members.put("len", job.total());
        members.put("offset", job.current());
        members.put("busy", job.busy());
        members.put("paused", job.paused());
        members.put("speed", job.speed());
        members.put("io-status", ioStatus(job));
        members.put("ready", job.ready());
        members.put("status", Option.textOf(job.status()));
        members.put("auto-finalize", job.autoFinalize());
        members.put("auto-dismiss", job.autoDismiss());
        job.error().ifPresent(error -> members.put("error", error));
        return members;
    }

    private static String ioStatus(JobInfo job) {
        return job.ioError()
                .map(kind -> kind == BlockException.Kind.NO_SPACE ? "nospace" : "failed")
                .orElse("ok");
    }
}
