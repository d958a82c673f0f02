package org.ashlar.drivers.quorum.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Request;

/**
 * How one request went on each child. Immutable.
 *
 * @param errors by the child's index: empty where it succeeded
 */
record Outcomes(List<Optional<IOException>> errors) {

    /** What is done with one child. */
    @FunctionalInterface
    interface Part {
        void run(Request request, int child) throws IOException;
    }

    Outcomes {
        errors = List.copyOf(errors);
    }

    /** Does a part on each of {@code count} children at the same time; returns when all ended. */
    static Outcomes of(Request request, int count, Part part) {
        List<Request.Fork> forks = new ArrayList<>();
        for (int child = 1; child < count; child++) {
            int index = child;
            forks.add(request.fork(forked -> part.run(forked, index)));
        }
        List<Optional<IOException>> errors = new ArrayList<>();
        errors.add(errorOf(() -> part.run(request, 0)));
        forks.forEach(fork -> errors.add(errorOf(fork::join)));
        return new Outcomes(errors);
    }

    /** Something that ends well or with an error. */
    @FunctionalInterface
    private interface Attempt {
        void run() throws IOException;
    }

    /** A child that throws what it may not throw has failed like any other; the rest goes on. */
    private static Optional<IOException> errorOf(Attempt attempt) {
        try {
            attempt.run();
            return Optional.empty();
        } catch (IOException failed) {
            return Optional.of(failed);
        } catch (RuntimeException broken) {
            return Optional.of(
                    new BlockException(
                            BlockException.Kind.IO, "internal error: " + broken, broken));
        }
    }

    boolean isGood(int child) {
        return errors.get(child).isEmpty();
    }

    /** Returns how many children succeeded. */
    int good() {
        return (int) errors.stream().filter(Optional::isEmpty).count();
    }

    /** Reports each child that failed. */
    void report(Request request, Reporter reporter, Reporter.Type type, Range range) {
        for (int child = 0; child < errors.size(); child++) {
            if (!isGood(child)) {
                reporter.bad(request, new Reporter.Bad(type, child, errors.get(child)), range);
            }
        }
    }

    /** Returns the error that most children have; of several, the one that came last. */
    IOException commonError() {
        Map<BlockException.Kind, List<IOException>> byKind =
                new EnumMap<>(BlockException.Kind.class);
        IOException common = new BlockException(BlockException.Kind.IO, "no child failed");
        int most = 0;
        for (Optional<IOException> error : errors) {
            if (error.isPresent()) {
                List<IOException> alike =
                        byKind.computeIfAbsent(kindOf(error.get()), _ -> new ArrayList<>());
                alike.add(error.get());
                if (alike.size() >= most) {
                    most = alike.size();
                    common = alike.getFirst();
                }
            }
        }
        return common;
    }

    /** Returns the kind of any error. */
    static BlockException.Kind kindOf(IOException error) {
        return error instanceof BlockException known ? known.kind() : BlockException.Kind.IO;
    }
}
