package org.ashlar.monitor.qmp.internal.command;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.job.BlockJob;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.job.JobDriver;
import org.ashlar.spi.job.JobRequest;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionType;

/**
 * The job type {@code create}: creates one image (QMP {@code blockdev-create}). Immutable.
 *
 * <p>What to create and where comes as one value that no text describes, so that only {@link
 * #options} can make it.
 */
public final class CreateJob implements JobDriver {

    static final String TYPE = "create";

    /** The reference counts a creation as one unit of work. */
    private static final long WORK = 1;

    private record Creation(BlockLayer layer, OptionTree image) {}

    private static final Option<Creation> CREATION =
            Option.of(
                            "creation",
                            new OptionType<>(
                                    "creation",
                                    List.of(),
                                    (name, raw) -> {
                                        if (raw instanceof Creation creation) {
                                            return creation;
                                        }
                                        throw new IllegalArgumentException(
                                                "Parameter '" + name + "' is no creation");
                                    }))
                    .required();

    /** Returns the options of a job that creates {@code image}. */
    static OptionTree options(BlockLayer layer, OptionTree image) {
        return OptionTree.typed(Map.of(CREATION.name(), new Creation(layer, image)));
    }

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public List<Option<?>> options() {
        return List.of(CREATION);
    }

    @Override
    public BlockJob prepare(JobRequest request) {
        return new Body(request.options().get(CREATION));
    }

    private record Body(Creation creation) implements BlockJob {

        @Override
        public void run(JobControl control) throws IOException {
            control.remaining(WORK);
            control.checkpoint(0);
            try {
                creation.layer().create(creation.image());
            } finally { // failed, too, it has been done
                control.remaining(0);
                control.checkpoint(WORK, 0);
            }
        }
    }
}
