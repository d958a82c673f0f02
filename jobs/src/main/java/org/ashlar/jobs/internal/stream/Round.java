package org.ashlar.jobs.internal.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.ashlar.jobs.internal.stream.Filler.Failure;

/** Fills several pieces at the same time, each by a filler of its own. Stateless. */
final class Round {
    private static final Executor THREADS =
            work -> Thread.ofVirtual().name("stream worker").start(work);

    private Round() {}

    /** Returns, once all have ended, what failed. There are no more pieces than fillers. */
    static List<Failure> fill(List<Filler> fillers, List<Piece> pieces) {
        List<CompletableFuture<List<Failure>>> others = new ArrayList<>();
        for (int i = 1; i < pieces.size(); i++) {
            Filler filler = fillers.get(i);
            Piece piece = pieces.get(i);
            others.add(
                    CompletableFuture.supplyAsync(
                            () -> filler.fill(piece).stream().toList(), THREADS));
        }
        List<Failure> failures = new ArrayList<>();
        try {
            if (!pieces.isEmpty()) {
                fillers.getFirst().fill(pieces.getFirst()).ifPresent(failures::add);
            }
        } finally {
            others.forEach(other -> failures.addAll(other.join()));
        }
        return failures;
    }
}
