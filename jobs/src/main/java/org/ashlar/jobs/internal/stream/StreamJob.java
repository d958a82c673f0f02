package org.ashlar.jobs.internal.stream;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.Child;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.job.BlockJob;
import org.ashlar.spi.job.JobControl;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;

/**
 * Fills an overlay from the layers above the base. It goes in rounds: look for pieces, fill several
 * at once, each admitted by itself, and pass a checkpoint when all have ended. Confined to the
 * job's thread, but for the pieces of a round.
 *
 * <p>I1: at a checkpoint, and when the policy for errors is asked, nothing is admitted.
 */
final class StreamJob implements BlockJob {
    private static final int WIDEST_ROUND = 4;

    /** A checkpoint that takes longer than this, in nanoseconds, has waited: for the rate. */
    private static final long AT_ONCE = 50_000_000;

    private final Child device;
    private final StreamChain chain;
    private final StreamOptions options;

    StreamJob(Child device, StreamChain chain, StreamOptions options) {
        this.device = device;
        this.chain = chain;
        this.options = options;
    }

    @Override
    public void run(JobControl control) throws IOException {
        if (!chain.hasNodesBetween()) {
            control.remaining(0);
            return;
        }
        List<Filler> fillers = new ArrayList<>();
        for (int i = 0; i < WIDEST_ROUND; i++) {
            fillers.add(new Filler(device, control.source(), "worker " + i));
        }
        Consumer scanner = control.source().consumer("scan");
        Scan scan = new Scan(device, chain.base().map(NodeInfo::name), chain.layers());
        int width = 1;
        long length = length(scanner);
        while (scan.position() < length) {
            control.remaining(length - scan.position());
            long begin = scan.position();
            List<Piece> pieces = look(scan, scanner, control, width);
            fill(fillers, pieces, control);
            long end = Math.min(scan.position(), length);
            long moved = pieces.stream().mapToLong(Piece::length).sum();
            boolean atOnce = passCheckpoint(control, end - begin, Math.min(moved, end - begin));
            width = atOnce ? Math.min(2 * width, WIDEST_ROUND) : 1;
            length = length(scanner);
        }
        control.remaining(0);
    }

    /** Fills pieces; those that fail, again, as long as the policy for errors says so. */
    private static void fill(List<Filler> fillers, List<Piece> pieces, JobControl control)
            throws IOException {
        List<Piece> left = pieces;
        while (!left.isEmpty()) {
            List<Piece> again = new ArrayList<>();
            for (Filler.Failure failure : Round.fill(fillers, left)) {
                if (control.retryAfter(failure.access(), failure.error())) { // I1
                    again.add(failure.piece());
                }
            }
            left = again;
        }
    }

    private long length(Consumer scanner) throws IOException {
        try (Admission admission = scanner.admit(Access.READ)) {
            return device.length(admission.request());
        }
    }

    /** Looks for the pieces of the next round; where the layers cannot be asked, tries again. */
    private static List<Piece> look(Scan scan, Consumer scanner, JobControl control, int width)
            throws IOException {
        while (true) {
            IOException failed;
            try (Admission admission = scanner.admit(Access.READ)) {
                return scan.next(admission.request(), width);
            } catch (IOException error) {
                failed = error;
            }
            if (!control.retryAfter(Access.READ, failed)) { // I1
                scan.skip();
                return List.of();
            }
        }
    }

    /** Returns whether it passed at once: a job whose rate is limited goes in small rounds. */
    private static boolean passCheckpoint(JobControl control, long bytes, long moved)
            throws IOException {
        long before = System.nanoTime();
        control.checkpoint(bytes, moved); // I1
        return System.nanoTime() - before < AT_ONCE;
    }

    @Override
    public Optional<GraphChange> completion() {
        return chain.hasNodesBetween() || options.backingFile().isPresent()
                ? Optional.of(new StreamCompletion(device, chain, options))
                : Optional.empty();
    }
}
