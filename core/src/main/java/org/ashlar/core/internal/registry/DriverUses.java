package org.ashlar.core.internal.registry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.IdentityHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows what is open on each driver, and closes a driver that was withdrawn once nothing is.
 * Thread-safe: guarded by the lock, which is not held over a driver.
 *
 * <p>I1: a driver is closed by who takes away the last of its contributions and of what is open on
 * it; from then on nothing is opened on it.
 */
public final class DriverUses {
    private static final Logger LOG = LoggerFactory.getLogger(DriverUses.class);

    private final ReentrantLock lock = new ReentrantLock();

    /** What is open, a face or a call under way, and the driver it came from. */
    @GuardedBy("lock")
    private final IdentityHashMap<Object, BlockDriver> open = new IdentityHashMap<>();

    /** How often each driver is contributed. */
    @GuardedBy("lock")
    private final IdentityHashMap<BlockDriver, Integer> contributed = new IdentityHashMap<>();

    /** A call of a driver; closing it says that it has returned. */
    public interface Call extends AutoCloseable {
        @Override
        void close();
    }

    DriverUses() {}

    /**
     * Says that a driver is being called.
     *
     * @throws BlockException of kind {@code GONE} if it has left
     */
    public Call calling(BlockDriver driver) throws BlockException {
        Object call = new Object();
        lock.lock();
        try {
            if (!contributed.containsKey(driver)) {
                throw new BlockException(
                        BlockException.Kind.GONE, "driver '" + driver.name() + "' has gone");
            }
            open.put(call, driver);
        } finally {
            lock.unlock();
        }
        return () -> remove(call);
    }

    /** Says that a driver has made a face. */
    public void opened(BlockDriver driver, BlockNode face) {
        lock.lock();
        try {
            open.put(face, driver);
        } finally {
            lock.unlock();
        }
    }

    /** Says that a face is closed; nothing happens if it is closed already. */
    public void closed(BlockNode face) {
        remove(face);
    }

    /**
     * Closes a face that does not serve its node; who gives it up has other things to give up, so
     * an error is logged.
     */
    public void closeIdle(String nodeName, BlockNode face) {
        try {
            face.close();
        } catch (IOException | RuntimeException | Error error) {
            LOG.warn("closing what does not serve node '{}': {}", nodeName, error.toString());
        } finally {
            closed(face);
        }
    }

    private void remove(Object use) {
        BlockDriver driver;
        boolean last;
        lock.lock();
        try {
            driver = open.remove(use);
            last = driver != null && isLeftLocked(driver); // I1
        } finally {
            lock.unlock();
        }
        if (driver != null && last) {
            close(driver);
        }
    }

    /** Says that a driver is contributed, once or once more. */
    void added(BlockDriver driver) {
        lock.lock();
        try {
            contributed.merge(driver, 1, Integer::sum);
        } finally {
            lock.unlock();
        }
    }

    /** Says that a contribution of a driver is withdrawn: closes it, now or after what is open. */
    void withdrawn(BlockDriver driver) {
        boolean last;
        lock.lock();
        try {
            contributed.computeIfPresent(driver, (_, count) -> count == 1 ? null : count - 1);
            last = isLeftLocked(driver); // I1
        } finally {
            lock.unlock();
        }
        if (last) {
            close(driver);
        }
    }

    @GuardedBy("lock")
    @SuppressWarnings("ReferenceEquality") // which driver, not what it thinks it equals
    private boolean isLeftLocked(BlockDriver driver) {
        return !contributed.containsKey(driver)
                && open.values().stream().noneMatch(used -> used == driver);
    }

    private static void close(BlockDriver driver) {
        try {
            driver.close();
        } catch (RuntimeException | LinkageError broken) {
            LOG.warn("Closing driver '{}' failed", driver.name(), broken);
        }
    }
}
