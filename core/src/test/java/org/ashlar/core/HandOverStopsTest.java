package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Root;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A hand-over that stops, or fails, at each of its steps, while the node is in use. */
class HandOverStopsTest {
    private final TestLayer test = new TestLayer(Duration.ofMillis(500));
    private Registration first;
    private HeldNode old;
    private Background oldWork;
    private Root root;

    @BeforeEach
    void openAFilter() throws IOException {
        first =
                test.add(
                        ScriptedDriver.filter(
                                "versioned",
                                (file, request) -> {
                                    oldWork = request.background();
                                    old = new HeldNode(new ScriptedDriver.Passing(file));
                                    return old;
                                }),
                        1);
        test.addHeld("disk");
        test.addOver("versioned", "top", "disk");
        root = test.writer("top");
        write(root, 0, filled(512, 1));
    }

    @AfterEach
    void close() {
        test.close();
    }

    private Registration update(ScriptedDriver.Wrapping wrapping) {
        return test.add(ScriptedDriver.filter("versioned", wrapping), 2);
    }

    /** A call that a candidate makes of its child while it is opened. */
    enum ChildCall {
        LENGTH,
        READ,
        WRITE,
        ZERO,
        DISCARD,
        FLUSH,
        EXTENT,
        CHAIN_EXTENT,
        TRUNCATE;

        void make(Child file, Request request) throws IOException {
            MemorySegment bytes = MemorySegment.ofArray(filled(512, 9));
            switch (this) {
                case LENGTH -> file.length(request);
                case READ -> file.read(request, 0, bytes);
                case WRITE -> file.write(request, 0, bytes, IoFlags.NONE);
                case ZERO -> file.zero(request, 0, 512, IoFlags.NONE);
                case DISCARD -> file.discard(request, 0, 512);
                case FLUSH -> file.flush(request);
                case EXTENT -> file.extentAt(request, 0, 512);
                case CHAIN_EXTENT -> file.chainExtentAt(request, 0, 512, Optional.empty());
                case TRUNCATE -> file.truncate(request, 512, Preallocation.OFF);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(ChildCall.class)
    void candidate_thatHangsBeforeACallOfItsChild_isLeftBehind_andRefusedWhenItWakes(ChildCall call)
            throws Exception {
        CountDownLatch wake = new CountDownLatch(1);
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        AtomicBoolean stop = new AtomicBoolean();
        CompletableFuture<Integer> load = load(stop);
        update((file, request) -> {
            Waiting.on(wake, "the test to wake the candidate");
            try {
                call.make(file, request.request());
                outcome.complete(new AssertionError("the call went through"));
            } catch (IOException refused) {
                outcome.complete(refused);
            }
            return new ScriptedDriver.Passing(file);
        });
        wake.countDown();
        assertTrue(get(outcome) instanceof BlockException, get(outcome).toString());
        assertArrayEquals(filled(512, 1), test.disk("disk").get(0, 512));
        assertEquals(1 << 16, test.disk("disk").length());
        stop.set(true);
        assertTrue(get(load) > 0, "the old version served on");
        write(root, 0, filled(512, 2));
        assertArrayEquals(filled(512, 2), test.disk("disk").get(0, 512));
    }

    /** Writes and reads one block until told to stop; any error fails it. */
    private CompletableFuture<Integer> load(AtomicBoolean stop) {
        return async(() -> {
            int done = 0;
            while (!stop.get() || done == 0) {
                write(root, 4096, filled(512, done));
                assertArrayEquals(filled(512, done), read(root, 4096, 512));
                done++;
            }
            return done;
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"LENGTH", "READ", "EXTENT"})
    void candidate_thatHangsInACallOfItsChild_isLeftBehind_andTheLoadGoesOn(Operation operation)
            throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        Thread[] candidate = new Thread[1];
        Hold hold =
                test.held("disk")
                        .holdBefore(call ->
                                call.operation() == operation
                                        && Thread.currentThread().equals(candidate[0]));
        CompletableFuture<Integer> load = load(stop);
        CountDownLatch ended = new CountDownLatch(1);
        update((file, request) -> {
            candidate[0] = Thread.currentThread();
            try {
                switch (operation) {
                    case LENGTH -> file.length(request.request());
                    case READ ->
                            file.read(request.request(), 0, MemorySegment.ofArray(new byte[512]));
                    default -> file.extentAt(request.request(), 0, 512);
                }
                return new ScriptedDriver.Passing(file);
            } finally {
                ended.countDown();
            }
        });
        assertTrue(hold.isHeld());
        stop.set(true);
        assertTrue(get(load) > 0);
        hold.release();
        Waiting.on(ended, "the candidate");
        write(root, 0, filled(512, 2));
        assertArrayEquals(filled(512, 2), read(root, 0, 512));
    }

    @Test
    void writesDuringTheHandOver_allLand_andNoneFails() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        List<CompletableFuture<Integer>> load = new ArrayList<>();
        load.add(load(stop));
        for (int version = 2; version < 20; version++) {
            test.add(
                    ScriptedDriver.filter(
                            "versioned", (file, _) -> new ScriptedDriver.Passing(file)),
                    version);
        }
        stop.set(true);
        assertTrue(get(load.getFirst()) > 0);
    }

    @Test
    void writeBack_stoppedInTheMiddle_keepsTheOldVersionServing() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Void> ended = new CompletableFuture<>();
        CountDownLatch writingBack = new CountDownLatch(1);
        assertTrue(
                oldWork.tryStart(
                        "write-back",
                        _ -> {
                            writingBack.countDown();
                            Waiting.on(release, "the end of the write-back");
                            ended.complete(null);
                        }));
        Waiting.on(writingBack, "the write-back");
        Hold inactivated = old.holdNext(Operation.INACTIVATE);
        inactivated.release();
        AtomicBoolean opened = new AtomicBoolean();
        update((file, _) -> {
            opened.set(true);
            return new ScriptedDriver.Passing(file);
        });
        assertFalse(opened.get(), "the drain met its limit");
        assertFalse(inactivated.isHeld());
        write(root, 0, filled(512, 2));
        release.countDown();
        get(ended);
        assertArrayEquals(filled(512, 2), read(root, 0, 512));
    }

    @Test
    void oldVersion_thatFailsToWriteOut_servesOn() throws Exception {
        BlockNode failing =
                new ScriptedDriver.Passing(fileOf(old)) {
                    @Override
                    public void inactivate(Request request) throws IOException {
                        throw new BlockException(BlockException.Kind.IO, "cannot write out");
                    }
                };
        HeldNode[] held = new HeldNode[1];
        update((_, _) -> held[0] = new HeldNode(failing));
        Hold activated = held[0].holdNext(Operation.ACTIVATE);
        activated.release();
        AtomicBoolean opened = new AtomicBoolean();
        test.add(
                ScriptedDriver.filter(
                        "versioned",
                        (file, _) -> {
                            opened.set(true);
                            return new ScriptedDriver.Passing(file);
                        }),
                3);
        assertFalse(opened.get());
        assertTrue(activated.isHeld(), "it may have been half inactive");
        write(root, 0, filled(512, 2));
    }

    private Child fileOf(HeldNode node) throws IOException {
        assertTrue(node != null);
        return test.layer.graph().node("top").children().getFirst().child();
    }

    @Test
    void delete_duringAHandOver_waitsForIt() throws Exception {
        root.close();
        CountDownLatch open = new CountDownLatch(1);
        CountDownLatch opening = new CountDownLatch(1);
        CompletableFuture<Registration> update =
                async(() ->
                        update((file, _) -> {
                            opening.countDown();
                            Waiting.on(open, "the candidate to be let go");
                            return new ScriptedDriver.Passing(file);
                        }));
        Waiting.on(opening, "the candidate");
        CompletableFuture<Void> delete =
                async(() -> {
                    test.layer.delete("top");
                    return null;
                });
        Hold diskGone = test.held("disk").holdNext(Operation.CLOSE);
        diskGone.release();
        open.countDown();
        get(update);
        get(delete);
        test.layer.delete("disk");
        assertTrue(diskGone.isHeld());
        assertTrue(test.layer.graph().nodes().isEmpty());
    }

    @Test
    void orphan_whoseDriverReturns_takesNoWriteBeforeItIsActive() throws Exception {
        first.close();
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int at = i * 512;
            waiting.add(
                    async(() -> {
                        write(root, at, filled(512, 5));
                        return null;
                    }));
        }
        AtomicBoolean active = new AtomicBoolean();
        CountDownLatch activating = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Registration> back =
                async(() -> update((file, _) -> new Activated(file, active, activating, release)));
        Waiting.on(activating, "the new version's activation");
        CompletableFuture<Void> during =
                async(() -> {
                    write(root, 4096, filled(512, 6));
                    return null;
                });
        assertTrue(
                root.consumer("probe")
                        .tryAdmit(org.ashlar.spi.source.Access.WRITE, false)
                        .isEmpty(),
                "the gate is closed until it is active");
        release.countDown();
        get(back);
        for (CompletableFuture<Void> write : waiting) {
            get(write);
        }
        get(during);
        assertArrayEquals(filled(2048, 5), test.disk("disk").get(0, 2048));
        assertArrayEquals(filled(512, 6), test.disk("disk").get(4096, 512));
    }

    /** Refuses writes until it is active, as a real format does. */
    private static final class Activated extends ScriptedDriver.Passing {
        private final AtomicBoolean active;
        private final CountDownLatch activating;
        private final CountDownLatch release;

        private Activated(
                Child next,
                AtomicBoolean active,
                CountDownLatch activating,
                CountDownLatch release) {
            super(next);
            this.active = active;
            this.activating = activating;
            this.release = release;
        }

        @Override
        public void activate(Request request) {
            activating.countDown();
            Waiting.on(release, "the end of the activation");
            active.set(true);
        }

        @Override
        public void write(Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            if (!active.get()) {
                throw new BlockException(BlockException.Kind.NOT_PERMITTED, "inactive");
            }
            super.write(request, offset, from, flags);
        }
    }

    @Test
    void orphan_thatIsDeleted_goesWithoutItsDriver() throws Exception {
        first.close();
        root.close();
        test.layer.delete("top");
        test.layer.delete("disk");
        assertThrows(BlockException.class, () -> test.layer.graph().node("top"));
    }

    @Test
    void openRequest_ofACandidate_saysThatItIsInactive() throws Exception {
        OpenRequest[] seen = new OpenRequest[1];
        update((file, request) -> {
            seen[0] = request;
            return new ScriptedDriver.Passing(file);
        });
        assertTrue(seen[0].inactive());
        assertEquals("top", seen[0].nodeName());
    }
}
