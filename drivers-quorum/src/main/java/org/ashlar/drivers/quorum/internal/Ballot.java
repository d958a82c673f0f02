package org.ashlar.drivers.quorum.internal;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * Groups the children that gave the same bytes, so that the largest group wins. Confined to one
 * read.
 */
final class Ballot {

    /**
     * Children that agree.
     *
     * @param bytes what they say
     * @param children their indices
     */
    record Version(MemorySegment bytes, List<Integer> children) {}

    private final List<Version> versions = new ArrayList<>();

    /** Adds one child's answer. */
    void add(int child, MemorySegment bytes) {
        for (Version version : versions) {
            if (version.bytes.mismatch(bytes) < 0) {
                version.children.add(child);
                return;
            }
        }
        versions.add(new Version(bytes, new ArrayList<>(List.of(child))));
    }

    /**
     * Returns the version with most votes; of several, the one that came last, as the reference.
     */
    Version winner() {
        Version winner = versions.getFirst();
        for (Version version : versions) {
            if (version.children.size() >= winner.children.size()) {
                winner = version;
            }
        }
        return winner;
    }

    /** Returns the children that did not vote for {@code winner}, in order. */
    List<Integer> losers(Version winner) {
        return versions.stream()
                .flatMap(version -> version.children.stream())
                .filter(child -> !winner.children.contains(child))
                .sorted()
                .toList();
    }

    /** Returns where the first two versions begin to differ. */
    long firstMismatch() {
        return versions.get(0).bytes.mismatch(versions.get(1).bytes);
    }
}
