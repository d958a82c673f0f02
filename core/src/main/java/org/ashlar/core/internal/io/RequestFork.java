package org.ashlar.core.internal.io;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import org.ashlar.core.internal.grace.Interrupts;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Request;
import org.jspecify.annotations.Nullable;

/** A part of a request on a virtual thread of its own. Thread-safe. */
final class RequestFork implements Request.Fork {
    private final CountDownLatch done = new CountDownLatch(1);

    /** Written by the fork's thread before it counts down. */
    private volatile @Nullable Throwable failure;

    private RequestFork() {}

    static RequestFork start(Request.Work work, CoreRequest parent) {
        RequestFork fork = new RequestFork();
        boolean started = false;
        try {
            Thread.ofVirtual().name("request-fork").start(() -> fork.run(work, parent));
            started = true;
        } finally {
            if (!started) {
                parent.abandonFork();
            }
        }
        return fork;
    }

    private void run(Request.Work work, CoreRequest parent) {
        try {
            CoreRequest.run(work, parent.forked());
        } catch (IOException | RuntimeException | Error failed) {
            failure = failed;
        } finally {
            done.countDown();
        }
    }

    @Override
    public void join() throws IOException {
        boolean interrupted = false;
        while (true) {
            try {
                done.await();
                break;
            } catch (InterruptedException stray) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Interrupts.restore();
        }
        switch (failure) {
            case null -> {}
            case IOException failed -> throw failed;
            case RuntimeException failed -> throw failed;
            case Throwable failed ->
                    throw new BlockException(Kind.IO, "internal error: " + failed, failed);
        }
    }
}
