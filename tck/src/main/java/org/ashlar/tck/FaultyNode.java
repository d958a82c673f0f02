package org.ashlar.tck;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;

/**
 * A node whose chosen calls fail before they reach the node below. Thread-safe: guarded by its own
 * monitor.
 */
public final class FaultyNode extends InterceptingNode {

    /** From the {@code from}-th call of an operation on, {@code count} calls fail. */
    private record Fault(Operation operation, long from, long count, BlockException.Kind kind) {
        boolean hits(Operation called, long number) {
            return called == operation && number >= from && number - from < count;
        }
    }

    @GuardedBy("this")
    private final Map<Operation, Long> calls = new EnumMap<>(Operation.class);

    @GuardedBy("this")
    private final List<Fault> faults = new ArrayList<>();

    /** Puts a node that can fail over {@code below}. */
    public FaultyNode(BlockNode below) {
        super(below);
    }

    /** Lets the {@code nth} call from now on fail once; the next one is the first. */
    public synchronized FaultyNode fail(Operation operation, int nth, BlockException.Kind kind) {
        faults.add(new Fault(operation, calls.getOrDefault(operation, 0L) + nth, 1, kind));
        return this;
    }

    /** Lets every call from now on fail, until {@link #heal}. */
    public synchronized FaultyNode failAll(Operation operation, BlockException.Kind kind) {
        faults.add(new Fault(operation, 0, Long.MAX_VALUE, kind));
        return this;
    }

    /** Lets nothing fail any more. */
    public synchronized void heal() {
        faults.clear();
    }

    /** Returns how often an operation was called, failed calls included. */
    public synchronized long calls(Operation operation) {
        return calls.getOrDefault(operation, 0L);
    }

    @Override
    <T> T around(Call call, Action<T> action) throws IOException {
        failIfChosen(call);
        return action.run();
    }

    private synchronized void failIfChosen(Call call) throws BlockException {
        long number = calls.merge(call.operation(), 1L, Long::sum);
        for (Fault fault : faults) {
            if (fault.hits(call.operation(), number)) {
                throw new BlockException(
                        fault.kind, "injected fault: " + call + ", call number " + number);
            }
        }
    }
}
