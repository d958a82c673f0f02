package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.await;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.core.internal.fake.HeardLog;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.source.Access;
import org.ashlar.tck.Waiting;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.event.Level;

/**
 * A version of a driver that hangs in a control call while a node is handed over: the node loses
 * nothing, and nothing else waits for it.
 */
class HandOverHangsTest {
    private static final Permissions RESIZING =
            new Permissions(EnumSet.of(Permission.RESIZE), EnumSet.allOf(Permission.class));

    private final HeardLog log = new HeardLog();
    private final TestLayer test =
            new TestLayer(
                    new LayerSettings(true, Duration.ofMillis(400), Duration.ofSeconds(20), false),
                    log);

    private final CountDownLatch wake = new CountDownLatch(1);
    private Registration first;
    private Version old;
    private Root root;

    /** The control calls that a version can hang in. */
    private enum Call {
        HOLD_PERMISSIONS,
        INACTIVATE,
        ACTIVATE,
        CLOSE
    }

    /** A version that writes only while it is active, as a format does, and may hang in a call. */
    private final class Version extends ScriptedDriver.Passing {
        private final CountDownLatch hanging = new CountDownLatch(1);
        private final CountDownLatch closed = new CountDownLatch(1);
        private volatile @Nullable Call hangsIn;
        private volatile boolean active;
        private final AtomicInteger refusesIn = new AtomicInteger();
        private volatile boolean fails;

        private Version(Child file) {
            super(file);
        }

        private Version hangsIn(Call call) {
            hangsIn = call;
            return this;
        }

        /** Refuses to hold permissions when it is asked for that time. */
        private Version refuses(int time) {
            refusesIn.set(time);
            return this;
        }

        /** Cannot take the image over. */
        private Version fails() {
            fails = true;
            return this;
        }

        private void enter(Call call) {
            if (hangsIn == call) {
                hanging.countDown();
                Waiting.on(wake, "the test to wake a version");
                hangsIn = null;
            }
        }

        @Override
        public void holdPermissions(Permissions total) throws IOException {
            enter(Call.HOLD_PERMISSIONS);
            if (refusesIn.decrementAndGet() == 0) {
                throw new BlockException(Kind.NOT_PERMITTED, "somebody is in the way");
            }
        }

        @Override
        public void inactivate(Request request) {
            enter(Call.INACTIVATE);
            active = false;
        }

        @Override
        public void activate(Request request) throws IOException {
            enter(Call.ACTIVATE);
            if (fails) {
                throw new BlockException(Kind.IO, "no image");
            }
            active = true;
        }

        @Override
        public void write(Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            if (!active) {
                throw new BlockException(Kind.NOT_PERMITTED, "inactive");
            }
            super.write(request, offset, from, flags);
        }

        @Override
        public void close() throws IOException {
            enter(Call.CLOSE);
            super.close();
            closed.countDown();
        }
    }

    @BeforeEach
    void openAFilter() throws IOException {
        first =
                update(
                        1,
                        file -> {
                            old = new Version(file);
                            old.active = true;
                            return old;
                        });
        test.addHeld("disk");
        test.addOver("versioned", "top", "disk");
        root = test.writer("top");
        write(root, 0, filled(512, 1));
    }

    @AfterEach
    void close() {
        wake.countDown();
        test.close();
    }

    private interface Making {
        Version over(Child file) throws IOException;
    }

    /** Returns once the layer has done with the version, or says that it hangs. */
    private Registration update(int version, Making making) {
        return test.add(
                ScriptedDriver.filter("versioned", (file, _) -> making.over(file)), version);
    }

    private CompletableFuture<Void> writing(int value) {
        return async(() -> {
            write(root, 0, filled(512, value));
            return null;
        });
    }

    private void assertServes(int value) throws IOException {
        write(root, 0, filled(512, value));
        assertArrayEquals(filled(512, value), test.disk("disk").get(0, 512));
        assertArrayEquals(filled(512, value), read(root, 0, 512));
    }

    /** The node's gates are closed, and what does not touch it can be done. */
    private void assertNothingElseWaits() throws IOException {
        for (Access access : Access.values()) {
            assertTrue(root.consumer("probe").tryAdmit(access, false).isEmpty(), "its gate");
        }
        test.addHeld("elsewhere");
        try (Root other = test.writer("elsewhere")) {
            write(other, 0, filled(512, 7));
        }
        test.layer.delete("elsewhere");
        test.add(ScriptedDriver.protocol("another", _ -> test.held("another")), 1);
        BlockException refused =
                assertThrows(BlockException.class, () -> test.layer.delete("disk"));
        assertEquals(Kind.BUSY, refused.kind());
    }

    /** The last line is one for the operator. */
    private void assertSaid(String end) {
        assertTrue(errors().getLast().endsWith(end), errors().toString());
    }

    private List<String> errors() {
        return log.lines(Level.ERROR);
    }

    private void awaitErrors(int count) {
        await(() -> errors().size() == count);
    }

    @Test
    void candidate_thatHangsHoldingPermissions_isLeftBehind_andClosedWhenItWakes()
            throws Exception {
        Version[] made = new Version[1];
        update(2, file -> made[0] = new Version(file).hangsIn(Call.HOLD_PERMISSIONS));
        Waiting.on(made[0].hanging, "the candidate");
        assertSaid("the new version did not open in time");
        assertServes(2);
        wake.countDown();
        Waiting.on(made[0].closed, "the candidate's close");
        assertServes(3);
    }

    @Test
    void candidate_thatIsRefusedItsPermissions_isClosed_andTheOldVersionServes() throws Exception {
        Version[] made = new Version[1];
        update(2, file -> made[0] = new Version(file).refuses(1));
        assertEquals(0, made[0].closed.getCount());
        assertSaid("somebody is in the way");
        assertServes(2);
    }

    @Test
    void candidate_thatIsRefusedAtTheSwitch_andHangsInItsClose_isLeftBehind() throws Exception {
        Version[] made = new Version[1];
        update(2, file -> made[0] = new Version(file).refuses(2).hangsIn(Call.CLOSE));
        Waiting.on(made[0].hanging, "the candidate's close");
        assertSaid("somebody is in the way");
        assertServes(2);
        wake.countDown();
        Waiting.on(made[0].closed, "the candidate's close");
    }

    @Test
    void oldVersion_thatHangsWritingOut_stopsItsNodeAlone_andServesOnWhenItHas() throws Exception {
        old.hangsIn(Call.INACTIVATE);
        AtomicInteger opened = new AtomicInteger();
        Making counted =
                file -> {
                    opened.incrementAndGet();
                    return new Version(file);
                };
        Registration second = update(2, counted);
        Waiting.on(old.hanging, "the old version");
        assertSaid(
                "update of node 'top' hangs: the old version has not written out what it keeps;"
                        + " requests of the node wait for that");
        CompletableFuture<Void> write = writing(2);
        assertNothingElseWaits();
        second.close();
        update(3, counted);
        assertEquals(0, opened.get(), "nobody is let in beside the old version");
        assertFalse(write.isDone());
        int said = errors().size();
        wake.countDown();
        awaitErrors(said + 1);
        assertSaid("took too long to write out what it keeps, and serves on");
        get(write);
        assertServes(3);
        update(4, counted);
        assertEquals(1, opened.get());
        assertServes(4);
    }

    @Test
    void oldVersion_thatHoldsPermissionsForAChange_isNotCalledBeside() throws Exception {
        old.hangsIn(Call.HOLD_PERMISSIONS);
        CompletableFuture<Root> user = async(() -> test.layer.attach("resizer", "top", RESIZING));
        Waiting.on(old.hanging, "the change");
        update(2, Version::new);
        assertSaid("another control call of the old version has not ended");
        assertTrue(old.active);
        wake.countDown();
        get(user).close();
        assertServes(2);
        update(3, Version::new);
        assertFalse(old.active);
        assertServes(3);
    }

    @Test
    void driver_thatHangsWritingOutAsItGoes_stopsItsNodeAlone_andServesOnWhenItHas()
            throws Exception {
        old.hangsIn(Call.INACTIVATE);
        first.close();
        Waiting.on(old.hanging, "the old version");
        assertSaid(
                "departure of the driver of node 'top' hangs: the old version has not written out"
                        + " what it keeps; requests of the node wait for that");
        CompletableFuture<Void> write = writing(2);
        assertNothingElseWaits();
        assertFalse(write.isDone());
        wake.countDown();
        get(write);
        assertServes(3);
    }

    @Test
    void oldVersion_thatHangsTakingTheImageBack_stopsItsNodeAlone_andServesWhenItHas()
            throws Exception {
        old.hangsIn(Call.ACTIVATE);
        update(
                2,
                _ -> {
                    throw new BlockException(Kind.IO, "the new version is broken");
                });
        assertSaid(
                "update of node 'top' hangs: the old version has not taken the image back;"
                        + " requests of the node wait for that");
        CompletableFuture<Void> write = writing(2);
        assertNothingElseWaits();
        assertFalse(write.isDone());
        wake.countDown();
        get(write);
        awaitErrors(2);
        assertSaid("the new version is broken");
        assertServes(3);
    }

    @Test
    void oldVersion_thatCannotTakeTheImageBack_isNamedBesideWhyItHadTo() {
        old.fails();
        update(
                2,
                _ -> {
                    throw new BlockException(Kind.IO, "the new version is broken");
                });
        assertSaid(
                "the new version is broken; on the way back: the old version could not take the"
                        + " image back: no image");
    }

    @Test
    void newVersion_thatHangsTakingTheImageOver_stopsItsNodeAlone_andServesWhenItHas()
            throws Exception {
        Version[] made = new Version[1];
        update(2, file -> made[0] = new Version(file).hangsIn(Call.ACTIVATE));
        assertSaid(
                "update of node 'top' hangs: the new version serves but has not taken the image"
                        + " over; requests of the node wait for that");
        CompletableFuture<Void> write = writing(2);
        assertNothingElseWaits();
        assertFalse(write.isDone());
        wake.countDown();
        get(write);
        await(() -> log.lines(Level.INFO).size() == 1);
        assertServes(3);
        assertTrue(made[0].active);
        assertFalse(old.active);
    }

    @Test
    void requests_thatWaitForADriver_goOnInOneThatReturnsAndCannotTakeTheImageOver()
            throws Exception {
        first.close();
        CompletableFuture<byte[]> waiting = async(() -> read(root, 0, 512));
        update(2, file -> new Version(file).fails());
        assertSaid("the new version serves but could not take the image over: no image");
        assertArrayEquals(filled(512, 1), get(waiting));
    }
}
