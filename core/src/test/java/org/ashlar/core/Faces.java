package org.ashlar.core;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts faces of nodes, and remembers what happened to them that may not. Thread-safe. */
final class Faces {
    private final AtomicInteger open = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> defects = new ConcurrentLinkedQueue<>();

    /** One face, from its opening to its close. */
    final class Life {
        private final String name;
        private final AtomicInteger inside = new AtomicInteger();
        private volatile boolean closed;

        private Life(String name) {
            this.name = name;
        }

        /** Lets a request in. */
        void enter() {
            inside.incrementAndGet();
            if (closed) {
                defects.add("a request came to a closed face of " + name);
            }
        }

        void leave() {
            inside.decrementAndGet();
            if (closed) {
                defects.add("a face of " + name + " was closed with a request inside");
            }
        }

        void close() {
            if (closed) {
                defects.add("a face of " + name + " was closed twice");
            }
            closed = true;
            open.decrementAndGet();
            if (inside.get() != 0) {
                defects.add("a face of " + name + " was closed around a request");
            }
        }
    }

    Life begin(String name) {
        open.incrementAndGet();
        return new Life(name);
    }

    int open() {
        return open.get();
    }

    List<String> defects() {
        return List.copyOf(defects);
    }
}
