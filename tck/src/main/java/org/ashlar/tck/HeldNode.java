package org.ashlar.tck;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;

/**
 * A node that stops chosen calls until the test lets them go: the tool for forced interleavings.
 * Thread-safe: guarded by its own monitor.
 *
 * {@snippet :
 * HeldNode.Hold hold = held.holdBefore(call -> call.operation() == Operation.WRITE);
 * // on another thread: a write
 * hold.awaitHeld();
 * // what must go right while the write is stopped
 * hold.release();
 * }
 */
public final class HeldNode extends InterceptingNode {

    /** One call that is, or will be, stopped. Thread-safe. */
    public static final class Hold {
        private final Predicate<Call> chosen;
        private final boolean before;
        private final CountDownLatch held = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        private Hold(Predicate<Call> chosen, boolean before) {
            this.chosen = chosen;
            this.before = before;
        }

        /** Waits until a call is stopped here; fails the test after {@link Waiting#LIMIT}. */
        public void awaitHeld() {
            Waiting.on(held, "a call to hold");
        }

        /** Returns whether a call is, or was, stopped here. */
        public boolean isHeld() {
            return held.getCount() == 0;
        }

        /** Lets the call go, or, if none has come yet, lets it through when it comes. */
        public void release() {
            released.countDown();
        }

        private void stop() {
            held.countDown();
            Waiting.on(released, "the release of a held call");
        }
    }

    @GuardedBy("this")
    private final List<Hold> waiting = new ArrayList<>();

    /** Puts a node that can hold calls over {@code below}. */
    public HeldNode(BlockNode below) {
        super(below);
    }

    /** Stops the next chosen call, that one alone, before it reaches the node below. */
    public synchronized Hold holdBefore(Predicate<Call> chosen) {
        Hold hold = new Hold(chosen, true);
        waiting.add(hold);
        return hold;
    }

    /** Stops the next chosen call, that one alone, after the node below has carried it out. */
    public synchronized Hold holdAfter(Predicate<Call> chosen) {
        Hold hold = new Hold(chosen, false);
        waiting.add(hold);
        return hold;
    }

    /** Stops the next call of an operation, before it reaches the node below. */
    public Hold holdNext(Operation operation) {
        return holdBefore(call -> call.operation() == operation);
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return super.capabilities(children).without(Capabilities.Feature.NON_BLOCKING);
    }

    @Override
    <T> T around(Call call, Action<T> action) throws IOException {
        Optional<Hold> hold = take(call);
        hold.filter(found -> found.before).ifPresent(Hold::stop);
        T result = action.run();
        hold.filter(found -> !found.before).ifPresent(Hold::stop);
        return result;
    }

    private synchronized Optional<Hold> take(Call call) {
        for (Iterator<Hold> it = waiting.iterator(); it.hasNext(); ) {
            Hold hold = it.next();
            if (hold.chosen.test(call)) {
                it.remove();
                return Optional.of(hold);
            }
        }
        return Optional.empty();
    }
}
