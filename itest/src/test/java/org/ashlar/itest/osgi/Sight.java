package org.ashlar.itest.osgi;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.ashlar.spi.BlockDriver;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceReference;
import org.osgi.util.tracker.ServiceTracker;

/** Sees drivers of one name come and go. Guarded by {@code lock}. */
final class Sight extends ServiceTracker<BlockDriver, BlockDriver> {
    private static final long LIMIT_SECONDS = 20;

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private int count;

    Sight(BundleContext context, String name) {
        super(context, BlockDriver.class, null);
        this.name = name;
        open();
    }

    @Override
    public BlockDriver addingService(ServiceReference<BlockDriver> reference) {
        BlockDriver driver = super.addingService(reference);
        add(driver.name().equals(name) ? 1 : 0);
        return driver;
    }

    @Override
    public void removedService(ServiceReference<BlockDriver> reference, BlockDriver driver) {
        add(driver.name().equals(name) ? -1 : 0);
        super.removedService(reference, driver);
    }

    private void add(int change) {
        lock.lock();
        try {
            count += change;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until there are so many. */
    void await(int expected) {
        lock.lock();
        try {
            long left = TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
            while (count != expected && left > 0) {
                left = changed.awaitNanos(left);
            }
            if (count != expected) {
                throw new AssertionError(count + " drivers '" + name + "', not " + expected);
            }
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted", e);
        } finally {
            lock.unlock();
        }
    }
}
