package org.ashlar.core.internal.event;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Hands items on one at a time, in the order in which they were put. What happens under a lock is
 * put there, and told after the lock is released, so that listeners hear the true order without
 * being called under a lock. Thread-safe; lock-free.
 *
 * <p>I1: at most one thread is inside the receiver; it hands on all that others put meanwhile.
 *
 * @param <T> what is handed on
 */
public final class Outbox<T> {
    private final Queue<T> items = new ConcurrentLinkedQueue<>();

    /** Calls of {@link #send} that nobody has answered yet. */
    private final AtomicInteger calls = new AtomicInteger();

    private final Consumer<? super T> receiver;

    /** Makes an empty box; the receiver must not throw. */
    public Outbox(Consumer<? super T> receiver) {
        this.receiver = receiver;
    }

    /** Adds an item; to be followed by {@link #send} once no lock is held. */
    public void put(T item) {
        items.add(item);
    }

    /** Hands on what was put, unless another thread is doing so: then that one does. */
    public void send() {
        if (calls.getAndIncrement() != 0) {
            return; // I1
        }
        int answered = 1;
        do {
            T item = items.poll();
            while (item != null) {
                receiver.accept(item);
                item = items.poll();
            }
            answered = calls.addAndGet(-answered);
        } while (answered != 0);
    }
}
