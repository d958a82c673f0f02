package org.ashlar.core.internal.registry;

/**
 * Where a contribution stands among those of the same name: the higher ranking, then the higher
 * version, is served; of equals, the one that came last. Immutable.
 *
 * @param ranking set by who deploys it, 0 if not set
 * @param version of the bundle or plugin it comes from
 */
public record Rank(int ranking, Version version) implements Comparable<Rank> {
    /** What is part of the program itself. */
    public static final Rank NONE = new Rank(0, Version.NONE);

    @Override
    public int compareTo(Rank other) {
        int byRanking = Integer.compare(ranking, other.ranking);
        return byRanking != 0 ? byRanking : version.compareTo(other.version);
    }

    /**
     * A version as in OSGi, without needing a framework. Immutable.
     *
     * @param major breaks what was
     * @param minor adds
     * @param micro mends
     * @param qualifier compared as text
     */
    public record Version(int major, int minor, int micro, String qualifier)
            implements Comparable<Version> {
        /** The version of what has none. */
        public static final Version NONE = new Version(0, 0, 0, "");

        @Override
        public int compareTo(Version other) {
            // By hand: a chain of comparators costs a short command several milliseconds.
            int order = Integer.compare(major, other.major);
            order = order != 0 ? order : Integer.compare(minor, other.minor);
            order = order != 0 ? order : Integer.compare(micro, other.micro);
            return order != 0 ? order : qualifier.compareTo(other.qualifier);
        }

        @Override
        public String toString() {
            String numbers = major + "." + minor + "." + micro;
            return qualifier.isEmpty() ? numbers : numbers + "." + qualifier;
        }
    }
}
