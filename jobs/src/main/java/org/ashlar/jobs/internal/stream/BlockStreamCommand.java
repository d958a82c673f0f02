package org.ashlar.jobs.internal.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.job.ErrorPolicy;
import org.ashlar.spi.job.JobSettings;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/** Starts a stream job (QMP {@code block-stream}). Stateless. */
public final class BlockStreamCommand implements MonitorCommand {
    private static final Option<String> JOB_ID = Option.text("job-id").help("name of the job");
    private static final Option<Long> SPEED =
            Option.integer("speed").orElse(0L).help("bytes a second, 0 for no limit");
    private static final Option<ErrorPolicy> ON_ERROR =
            Option.choice("on-error", ErrorPolicy.class)
                    .orElse(ErrorPolicy.REPORT)
                    .help("what to do about failed requests");
    private static final Option<String> FILTER_NODE_NAME =
            Option.text("filter-node-name")
                    .help("accepted for compatibility: this job puts no filter into the graph");
    private static final Option<Boolean> AUTO_FINALIZE =
            Option.bool("auto-finalize").orElse(true).help("end without job-finalize");
    private static final Option<Boolean> AUTO_DISMISS =
            Option.bool("auto-dismiss").orElse(true).help("vanish without job-dismiss");

    private static final Pattern NODE_NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]{0,30}");

    private static final List<Option<?>> OF_ANY_JOB =
            List.of(JOB_ID, SPEED, ON_ERROR, FILTER_NODE_NAME, AUTO_FINALIZE, AUTO_DISMISS);

    @Override
    public String name() {
        return "block-stream";
    }

    @Override
    public List<Option<?>> arguments() {
        List<Option<?>> all = new ArrayList<>(StreamOptions.ALL);
        all.addAll(OF_ANY_JOB);
        return all;
    }

    /** Looks for the chain before anything else, so that errors come in the reference's order. */
    @Override
    public Object run(CommandCall call) throws IOException {
        OptionValues arguments = call.arguments();
        GraphView graph = call.layer().graph();
        StreamChain.find(graph, StreamOptions.of(arguments));
        refuseUnusable(graph, arguments.find(FILTER_NODE_NAME));
        JobSettings settings =
                new JobSettings(
                        arguments.find(JOB_ID).orElse(""),
                        arguments.get(SPEED),
                        arguments.get(ON_ERROR),
                        arguments.get(AUTO_FINALIZE),
                        arguments.get(AUTO_DISMISS));
        String[] notOfStream = OF_ANY_JOB.stream().map(Option::name).toArray(String[]::new);
        OptionTree options = call.tree().without(notOfStream);
        call.layer().jobs().start(StreamJobDriver.TYPE, settings, options);
        return Map.of();
    }

    private static void refuseUnusable(GraphView graph, Optional<String> filter)
            throws BlockException {
        if (filter.isPresent() && !NODE_NAME.matcher(filter.get()).matches()) {
            throw BlockException.invalid(
                    "Could not create node: Invalid node-name: '%s'".formatted(filter.get()));
        }
        if (filter.isPresent() && graph.find(filter.get()).isPresent()) {
            throw BlockException.invalid(
                    "Could not create node: Duplicate nodes with node-name='%s'"
                            .formatted(filter.get()));
        }
    }
}
