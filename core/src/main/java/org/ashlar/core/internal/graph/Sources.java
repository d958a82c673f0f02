package org.ashlar.core.internal.graph;

import java.io.IOException;
import org.ashlar.spi.Child;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.source.RequestSource;

/** Makes sources of requests for jobs, exports and programs. Thread-safe. */
public interface Sources {

    /**
     * Adds a source without roots to the graph. They will go where the users of their nodes are
     * led, as those of an export or a program do.
     */
    Source open(String label);

    /**
     * Adds a source without roots to the graph. They will stay at their nodes when the users of
     * those are led elsewhere, as those of a job do.
     */
    Source openStaying(String label);

    /** A source whose roots may be added and taken out. */
    interface Source extends RequestSource, AutoCloseable {

        /**
         * Adds a root edge to a node; refused with {@code NOT_PERMITTED} naming both users, or
         * {@code NOT_FOUND}.
         */
        Child addRoot(String name, String nodeName, Permissions permissions) throws IOException;

        /** Uses and shares other permissions on a root from now on. */
        void permissions(Child root, Permissions permissions) throws IOException;

        /**
         * Makes a read-only node writable until the source is closed, with the storage that took
         * over from it that it is read-only.
         */
        void makeWritable(String nodeName) throws IOException;

        /**
         * Claims an edge for this source; refused with {@code BUSY} naming the source that has it.
         */
        void claim(Child edge) throws IOException;

        /**
         * Relies on what an edge shows; refused with {@code BUSY} naming the source that has
         * claimed it.
         */
        void relyOn(Child edge) throws IOException;

        /** Gives up every claim and reliance. */
        void releaseClaims();

        /** Returns how many admissions there are now, for {@code busy}. */
        long inFlight();

        /**
         * Takes the source out; returns once its requests have ended and its roots have settled.
         */
        @Override
        void close() throws IOException;
    }
}
