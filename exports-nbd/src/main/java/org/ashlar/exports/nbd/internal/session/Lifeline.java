package org.ashlar.exports.nbd.internal.session;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets any thread end a connection: whoever waits on its behalf leaves a way to be woken. Guarded
 * by its lock.
 *
 * <ul>
 *   <li>I1: once ended it stays so, and every action that was or is added has been run once.
 * </ul>
 */
public final class Lifeline {
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Set<Runnable> actions = new LinkedHashSet<>();

    /** Written by {@link #end} alone. */
    private volatile boolean ended;

    /** Returns whether the connection is at its end. */
    public boolean ended() {
        return ended;
    }

    /** Runs {@code action} when the connection ends, or now if it has. It must not block. */
    public void onEnd(Runnable action) {
        boolean now;
        lock.lock();
        try {
            now = ended;
            if (!now) {
                actions.add(action);
            }
        } finally {
            lock.unlock();
        }
        if (now) {
            action.run(); // I1
        }
    }

    /** Forgets an action. */
    void forget(Runnable action) {
        lock.lock();
        try {
            actions.remove(action);
        } finally {
            lock.unlock();
        }
    }

    /** Ends the connection: whoever waits for it is woken. Returns at once. */
    public void end() {
        List<Runnable> due;
        lock.lock();
        try {
            ended = true;
            due = List.copyOf(actions);
            actions.clear();
        } finally {
            lock.unlock();
        }
        due.forEach(Runnable::run); // I1
    }
}
