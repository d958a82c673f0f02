package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.get;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.ashlar.core.internal.fake.HeardLog;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.ashlar.spi.Child;
import org.ashlar.spi.Request;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/** What the log says of nodes that are deleted while those of their driver are gone through. */
class DriverWatchTest {
    private final HeardLog log = new HeardLog();
    private final TestLayer test = new TestLayer(LayerSettings.DEFAULT, log);
    private final CompletableFuture<String> first = new CompletableFuture<>();
    private final CountDownLatch otherGone = new CountDownLatch(1);

    @AfterEach
    void close() {
        test.close();
    }

    /** Adds a version of the driver, and two nodes of it if there are none. */
    private Registration open(ScriptedDriver.Wrapping wrapping) throws IOException {
        Registration added = test.add(ScriptedDriver.filter("versioned", wrapping), 1);
        test.addHeld("disk");
        test.addOver("versioned", "one", "disk");
        test.addOver("versioned", "two", "disk");
        return added;
    }

    /** Stops at the first node, until the other has gone. */
    private void stop(String node) {
        if (first.complete(node)) {
            Waiting.on(otherGone, "the other node to go");
        }
    }

    @Test
    void node_deletedWhileAnotherIsHandedOver_isNoError() throws Exception {
        open((file, _) -> new ScriptedDriver.Passing(file));
        ScriptedDriver next =
                ScriptedDriver.filter(
                        "versioned",
                        (file, request) -> {
                            stop(request.nodeName());
                            return new ScriptedDriver.Passing(file);
                        });
        assertEquals(List.of(), errorsWhile(() -> test.add(next, 2)));
    }

    @Test
    void node_deletedWhileAnotherLosesItsDriver_isNoError() throws Exception {
        Registration only =
                open((file, request) -> new Stopping(file, () -> stop(request.nodeName())));
        assertEquals(
                List.of(),
                errorsWhile(() -> {
                    only.close();
                    return only;
                }));
    }

    /** Says that it is to be made inactive. */
    private static final class Stopping extends ScriptedDriver.Passing {
        private final Runnable stop;

        private Stopping(Child file, Runnable stop) {
            super(file);
            this.stop = stop;
        }

        @Override
        public void inactivate(Request request) {
            stop.run();
        }
    }

    /** Goes through the nodes, deletes the one whose turn is not yet; returns what is logged. */
    private List<String> errorsWhile(Callable<Registration> update) throws Exception {
        CompletableFuture<Registration> updating = async(update);
        String other = get(first).equals("one") ? "two" : "one";
        test.layer.delete(other);
        otherGone.countDown();
        get(updating);
        assertEquals(1, log.lines(Level.INFO).size() + log.lines(Level.WARN).size());
        return log.lines(Level.ERROR);
    }
}
