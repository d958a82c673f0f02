package org.ashlar.tools.daemon;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long a daemon runs: until somebody asks for its end, over QMP or by a signal. Thread-safe.
 *
 * <p>The JVM answers SIGTERM, SIGINT and SIGHUP by its shutdown hooks. Ours asks for the end, waits
 * for it, and then ends the process with the daemon's own exit code rather than the signal's.
 */
public final class Lifetime {

    private static final long END_LIMIT_SECONDS = 60;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicInteger exitCode = new AtomicInteger(1);

    /** Returns a lifetime that ends with the process, too. */
    public static Lifetime ofProcess() {
        Lifetime lifetime = new Lifetime();
        Runtime.getRuntime()
                .addShutdownHook(
                        Thread.ofPlatform().name("shutdown").unstarted(lifetime::endProcess));
        return lifetime;
    }

    private void endProcess() {
        requestEnd();
        try {
            boolean clean = ended.await(END_LIMIT_SECONDS, TimeUnit.SECONDS);
            Runtime.getRuntime().halt(clean ? exitCode.get() : 1);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks for the end; returns at once. */
    public void requestEnd() {
        asked.countDown();
    }

    /** Returns whether the end was asked for. */
    boolean isEndRequested() {
        return asked.getCount() == 0;
    }

    /** Waits until the end is asked for. */
    public void awaitEndRequest() {
        try {
            asked.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Says that all is written and closed, and what the process is to exit with. */
    public void ended(int code) {
        exitCode.set(code);
        ended.countDown();
    }
}
