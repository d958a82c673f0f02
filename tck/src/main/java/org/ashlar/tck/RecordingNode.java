package org.ashlar.tck;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Request;

/**
 * A disk in memory that records what changes it, so that a test can look at every disk that a power
 * cut could have left: {@link #crashes}. Thread-safe: guarded by its own monitor.
 *
 * <ul>
 *   <li>I1: {@code log} has each call once, in the order in which the calls began.
 *   <li>I2: a change is durable after an event if a flush that began after the change ended has
 *       itself ended by then; a write with {@link IoFlags#FUA} is durable when it has ended.
 * </ul>
 */
public final class RecordingNode extends InterceptingNode {

    private final MemoryNode disk;
    private final MemoryNode before;

    @GuardedBy("this")
    private final List<Recorded> log = new ArrayList<>();

    @GuardedBy("this")
    private int clock;

    /** Records what happens to {@code disk} from now on. */
    public RecordingNode(MemoryNode disk) {
        super(disk);
        this.disk = disk;
        this.before = disk.copy();
    }

    /** Returns the calls so far that change or flush the disk, in the order in which they began. */
    public synchronized List<Call> calls() {
        return log.stream().map(Recorded::call).toList();
    }

    /**
     * Returns the crashes that what was recorded so far allows, in order; the same for the same
     * seed.
     */
    public synchronized Crashes crashes(long seed) {
        return new Crashes(before, log, seed);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        byte[] bytes = from.toArray(ValueLayout.JAVA_BYTE);
        Call call = new Call(Operation.WRITE, offset, bytes.length);
        int entry = begin(call, bytes, flags.has(IoFlags.FUA));
        disk.write(request, offset, from, flags);
        end(entry);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        int entry =
                begin(
                        new Call(Operation.ZERO, offset, length),
                        new byte[0],
                        flags.has(IoFlags.FUA));
        disk.zero(request, offset, length, flags);
        end(entry);
    }

    @Override
    <T> T around(Call call, Action<T> action) throws IOException {
        return switch (call.operation()) {
            case DISCARD, TRUNCATE, FLUSH -> {
                int entry = begin(call, new byte[0], false);
                T result = action.run();
                end(entry);
                yield result;
            }
            default -> action.run();
        };
    }

    /** Returns the entry's place in the log. */
    private synchronized int begin(Call call, byte[] bytes, boolean fua) {
        log.add(new Recorded(call, bytes, fua, clock++, Recorded.NOT_ENDED));
        return log.size() - 1;
    }

    private synchronized void end(int entry) {
        log.set(entry, log.get(entry).endedAt(clock++));
    }
}
