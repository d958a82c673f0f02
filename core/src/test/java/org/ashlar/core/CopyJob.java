package org.ashlar.core;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.job.BlockJob;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.job.JobDriver;
import org.ashlar.spi.job.JobRequest;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;

/**
 * A job that writes eight bytes at the beginning of its node, and then applies what it was given.
 *
 * @param root where it writes
 * @param change what ends it
 */
record CopyJob(Child root, GraphChange change) implements BlockJob {
    private static final Option<String> NODE = Option.text("node").required();

    @Override
    public void run(JobControl control) throws IOException {
        Consumer worker = control.source().consumer("copy");
        control.checkpoint(0);
        try (Admission chunk = worker.admit(Access.WRITE)) {
            // part of a block, if the node has blocks: held alone from the read to the write
            root.write(
                    chunk.request(),
                    0,
                    MemorySegment.ofArray(TestLayer.filled(8, 1)),
                    IoFlags.NONE);
        }
        control.checkpoint(8);
    }

    @Override
    public Optional<GraphChange> completion() {
        return Optional.of(change);
    }

    static JobDriver driver(String type, GraphChange completion) {
        return new JobDriver() {
            @Override
            public String type() {
                return type;
            }

            @Override
            public List<Option<?>> options() {
                return List.of(NODE);
            }

            @Override
            public BlockJob prepare(JobRequest request) throws IOException {
                String node = request.options().get(NODE);
                return new CopyJob(
                        request.attachRoot("target", node, TestLayer.READ_WRITE), completion);
            }
        };
    }
}
