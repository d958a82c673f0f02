package org.ashlar.drivers.quorum.internal;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.Request;

/**
 * What a quorum node keeps over a reopen. Thread-safe: every part is.
 *
 * @param children the edges, at least one
 * @param reporter tells what goes wrong
 * @param background where rewrites run
 * @param buffers scratch memory for answers
 * @param turns orders requests that overlap
 * @param behind by the child's index, whether it has missed a change since it came; a child that
 *     stays over a reopen keeps its flag
 */
record QuorumParts(
        List<Child> children,
        Reporter reporter,
        Background background,
        Buffers buffers,
        RangeTurns turns,
        List<AtomicBoolean> behind) {

    QuorumParts {
        children = List.copyOf(children);
        behind = List.copyOf(behind);
    }

    static QuorumParts of(
            List<Child> children, String nodeName, Background background, Buffers buffers) {
        return new QuorumParts(
                children,
                new Reporter(nodeName, children, background::report),
                background,
                buffers,
                new RangeTurns(),
                children.stream().map(_ -> new AtomicBoolean()).toList());
    }

    /** Returns these over other children; an edge that stays is known by its name. */
    QuorumParts over(List<Child> others) {
        Map<String, AtomicBoolean> known = new HashMap<>();
        for (int child = 0; child < children.size(); child++) {
            known.put(children.get(child).name(), behind.get(child));
        }
        return new QuorumParts(
                others,
                new Reporter(reporter.nodeName(), others, reporter.events()),
                background,
                buffers,
                turns,
                others.stream()
                        .map(child -> known.getOrDefault(child.name(), new AtomicBoolean()))
                        .toList());
    }

    /** Does a part on every child at the same time. */
    Outcomes onEach(Request request, Outcomes.Part part) {
        return Outcomes.of(request, children.size(), part);
    }

    /** Returns the error of a request that too few children carried out. */
    BlockException tooFew(String what, Outcomes outcomes, int threshold) {
        IOException common = outcomes.commonError();
        return new BlockException(
                Outcomes.kindOf(common),
                "quorum '%s': %s: %d of %d children succeeded, %d needed: %s"
                        .formatted(
                                reporter.nodeName(),
                                what,
                                outcomes.good(),
                                children.size(),
                                threshold,
                                common.getMessage()),
                common);
    }
}
