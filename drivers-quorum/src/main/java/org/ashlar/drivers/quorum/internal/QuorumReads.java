package org.ashlar.drivers.quorum.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;

/**
 * Reads of a quorum node: by vote, or from the first child that has not failed. Immutable, over
 * parts that are thread-safe.
 */
final class QuorumReads {
    private final QuorumParts parts;
    private final QuorumSettings settings;

    QuorumReads(QuorumParts parts, QuorumSettings settings) {
        this.parts = parts;
        this.settings = settings;
    }

    /** Reads from all children and returns what most of them say. */
    void vote(Request request, long offset, MemorySegment into, boolean mayRewrite)
            throws IOException {
        Range range = new Range(offset, into.byteSize());
        List<Integer> outvoted;
        try (RangeTurns.Turn turn = parts.turns().read(request, offset, range.length())) {
            outvoted = voteIn(turn, request, range, into);
        }
        outvoted.forEach(child ->
                parts.reporter()
                        .bad(
                                request,
                                new Reporter.Bad(Reporter.Type.READ, child, Optional.empty()),
                                range));
        if (!outvoted.isEmpty() && mayRewrite) {
            rewrite(range);
        }
    }

    /**
     * Overwrites, as work of the node's own, the children that are outvoted, and returns once that
     * is done: a write may not ride on a read, which passes gates that are closed to writes. Does
     * nothing while the gate is closed; the next read finds the same again.
     */
    private void rewrite(Range range) {
        CountDownLatch done = new CountDownLatch(1);
        boolean started =
                parts.background()
                        .tryStart(
                                "rewrite",
                                request -> {
                                    try {
                                        rewriteIn(request, range);
                                    } finally {
                                        done.countDown();
                                    }
                                });
        if (started) {
            awaitEnd(done);
        }
    }

    private static void awaitEnd(CountDownLatch done) {
        boolean interrupted = false;
        while (done.getCount() > 0) {
            try {
                done.await();
            } catch (InterruptedException again) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Votes anew, now that nobody changes the range, and overwrites who is outvoted. */
    private void rewriteIn(Request request, Range range) throws IOException {
        try (RangeTurns.Turn turn = parts.turns().change(request, range.offset(), range.length());
                Buffers.Buffer right = parts.buffers().acquire(range.length())) {
            List<Integer> outvoted = voteIn(turn, request, range, right.segment());
            for (int child : outvoted) {
                try {
                    parts.children()
                            .get(child)
                            .write(request, range.offset(), right.segment(), IoFlags.NONE);
                } catch (IOException failed) {
                    parts.reporter()
                            .bad(
                                    request,
                                    new Reporter.Bad(
                                            Reporter.Type.WRITE, child, Optional.of(failed)),
                                    range);
                }
            }
        } catch (BlockException noMajority) {
            // Reported where it was found; the read that asked for the rewrite has its answer.
            return;
        }
    }

    /**
     * Fills {@code into} with what won, and returns the children that were outvoted.
     *
     * @param held the turn under which the children do not change
     */
    private List<Integer> voteIn(
            RangeTurns.Turn held, Request request, Range range, MemorySegment into)
            throws IOException {
        held.check(); // I2 of QuorumNode
        try (Answers answers = new Answers(parts.buffers(), into, parts.children().size())) {
            Outcomes outcomes =
                    parts.onEach(
                            request,
                            (part, child) ->
                                    parts.children()
                                            .get(child)
                                            .read(part, range.offset(), answers.of(child)));
            outcomes.report(request, parts.reporter(), Reporter.Type.READ, range);
            if (outcomes.good() < settings.threshold()) {
                parts.reporter().failure(range);
                throw parts.tooFew("read of " + range, outcomes, settings.threshold());
            }
            return count(answers, outcomes, range, into);
        }
    }

    private List<Integer> count(Answers answers, Outcomes outcomes, Range range, MemorySegment into)
            throws BlockException {
        Ballot ballot = new Ballot();
        for (int child = 0; child < parts.children().size(); child++) {
            if (outcomes.isGood(child)) {
                ballot.add(child, answers.of(child));
            }
        }
        Ballot.Version winner = ballot.winner();
        if (winner.children().size() < settings.threshold()) {
            parts.reporter().failure(range);
            throw mismatch(ballot, range);
        }
        if (winner.children().getFirst() != 0) {
            into.copyFrom(winner.bytes());
        }
        return ballot.losers(winner);
    }

    private BlockException mismatch(Ballot ballot, Range range) {
        String what =
                settings.blkverify()
                        ? "contents mismatch at offset " + (range.offset() + ballot.firstMismatch())
                        : "no " + settings.threshold() + " children agree";
        return new BlockException(
                BlockException.Kind.IO,
                "quorum '" + parts.reporter().nodeName() + "': read of " + range + ": " + what);
    }

    /** Reads from the first child that has neither failed nor missed a change. */
    void first(Request request, long offset, MemorySegment into) throws IOException {
        Range range = new Range(offset, into.byteSize());
        IOException last =
                new BlockException(
                        BlockException.Kind.IO,
                        "quorum '"
                                + parts.reporter().nodeName()
                                + "': every child has missed a change");
        List<Child> children = parts.children();
        for (int child = 0; child < children.size(); child++) {
            if (!parts.behind().get(child).get()) {
                try {
                    children.get(child).read(request, offset, into);
                    return;
                } catch (IOException failed) {
                    parts.reporter()
                            .bad(
                                    request,
                                    new Reporter.Bad(
                                            Reporter.Type.READ, child, Optional.of(failed)),
                                    range);
                    last = failed;
                }
            }
        }
        throw last;
    }

    /** A place for each child's answer; the first one's is where the reader wants it. */
    private static final class Answers implements AutoCloseable {
        private final MemorySegment first;
        private final List<Buffers.Buffer> others = new ArrayList<>();

        Answers(Buffers buffers, MemorySegment first, int count) {
            this.first = first;
            for (int child = 1; child < count; child++) {
                others.add(buffers.acquire(first.byteSize()));
            }
        }

        MemorySegment of(int child) {
            return child == 0 ? first : others.get(child - 1).segment();
        }

        @Override
        public void close() {
            others.forEach(Buffers.Buffer::close);
        }
    }
}
