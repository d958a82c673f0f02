package org.ashlar.core.internal.registry;

import java.util.Comparator;

/**
 * Where a contribution stands among those of the same name: the higher ranking, then the higher
 * version, is served; of equals, the one that came last. Immutable.
 *
 * @param ranking set by who deploys it, 0 if not set
 * @param version of the bundle or plugin it comes from
 */
public record Rank(int ranking, Version version) implements Comparable<Rank> {
    private static final Comparator<Rank> ORDER =
            Comparator.comparingInt(Rank::ranking).thenComparing(Rank::version);

    /** What is part of the program itself. */
    public static final Rank NONE = new Rank(0, Version.NONE);

    @Override
    public int compareTo(Rank other) {
        return ORDER.compare(this, other);
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
        private static final Comparator<Version> ORDER =
                Comparator.comparingInt(Version::major)
                        .thenComparingInt(Version::minor)
                        .thenComparingInt(Version::micro)
                        .thenComparing(Version::qualifier);

        /** The version of what has none. */
        public static final Version NONE = new Version(0, 0, 0, "");

        @Override
        public int compareTo(Version other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            String numbers = major + "." + minor + "." + micro;
            return qualifier.isEmpty() ? numbers : numbers + "." + qualifier;
        }
    }
}
