package org.ashlar.jobs.internal.stream;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.ashlar.spi.Child;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.job.BlockJob;
import org.ashlar.spi.job.JobDriver;
import org.ashlar.spi.job.JobRequest;
import org.ashlar.spi.option.Option;

/**
 * Starts jobs that copy the layers between an overlay and a base into the overlay, and then lead
 * the overlay to the base. Stateless.
 */
public final class StreamJobDriver implements JobDriver {

    /** Reads, and writes what is there already; whoever else reads or writes is welcome. */
    private static final Permissions ON_DEVICE =
            new Permissions(
                    Set.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED),
                    EnumSet.allOf(Permission.class));

    static final String TYPE = "stream";

    @Override
    public String type() {
        return TYPE;
    }

    @Override
    public List<Option<?>> options() {
        return StreamOptions.ALL;
    }

    /**
     * Claims the edges from the device down to the bottom: the layers between stay what they are
     * while they are copied. The edge from the bottom to the base is not claimed: what the base is
     * when the job ends is for the change that ends it to see. But what the edge shows is relied
     * on: were another job to fill the bottom from below it and then lead it past the layers it
     * filled it from, what this one left out, as the base held it, would be lost.
     *
     * <p>A layer in the middle of a chain is read-only: it is lent to the job.
     */
    @Override
    public BlockJob prepare(JobRequest request) throws IOException {
        StreamOptions options = StreamOptions.of(request.options());
        StreamChain found = StreamChain.find(request.graph(), options);
        for (EdgeInfo edge : found.edges()) {
            request.claim(edge.child());
        }
        Optional<EdgeInfo> below = found.edgeToBase();
        if (below.isPresent() && found.hasNodesBetween()) {
            request.relyOn(below.get().child());
        }
        StreamChain chain = found.in(request.graph()); // it may have changed before it was claimed
        HeaderName.check(chain, options);
        request.makeWritable(chain.overlay().name());
        Child device = request.attachRoot("main node", chain.nodes().getFirst().name(), ON_DEVICE);
        return new StreamJob(device, chain, options);
    }
}
