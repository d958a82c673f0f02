package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.FilterNode;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.ashlar.tck.Waiting;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A live node and the versions of its driver: one after another, broken ones, and none. */
class HandOverTest {
    private static final byte[] OLD = bytes(1);
    private static final byte[] NEW = bytes(2);

    /** A change that waits for a request that waits for a driver sees it fail. */
    private final TestLayer test =
            new TestLayer(
                    new LayerSettings(true, Duration.ofSeconds(4), Duration.ofSeconds(2), false));

    private Registration first;
    private Root root;

    private static byte[] bytes(int value) {
        byte[] bytes = new byte[512];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    @BeforeEach
    void openAFilter() throws IOException {
        first = add(new Version("one"), 1);
        test.addHeld("disk");
        test.layer.add(
                OptionTree.typed(
                        Map.of("driver", "versioned", "node-name", "top", "file", "disk")));
        root = test.writer("top");
        write(root, 0, OLD);
    }

    @AfterEach
    void close() {
        test.close();
    }

    private Registration add(BlockDriver driver, int version) {
        return test.registry.add(Kind.NODE, driver, new Rank(version, Rank.NONE.version()));
    }

    /** A filter that says in a facet which version serves. */
    private static class Version implements BlockDriver {
        final String version;

        Version(String version) {
            this.version = version;
        }

        @Override
        public String name() {
            return "versioned";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.FILTER;
        }

        @Override
        public List<ChildOption> childOptions() {
            return List.of(ChildOption.required("file", ChildRole.FILTERED, "What it shows."));
        }

        @Override
        public BlockNode open(OpenRequest request) throws IOException {
            return new Served(request.attach("file", ChildRole.FILTERED), version);
        }
    }

    private static final class Served extends FilterNode implements Named {
        private final String version;

        private Served(Child next, String version) {
            super(next);
            this.version = version;
        }

        @Override
        public String version() {
            return version;
        }
    }

    /** Says which version serves. */
    interface Named {
        String version();
    }

    private String serving() throws IOException {
        try (Admission admission = root.consumer("test").admit(Access.READ)) {
            return root.root().facet(admission.request(), Named.class).orElseThrow().version();
        }
    }

    @Test
    void newVersion_servesTheLiveNode_withWhatWasWritten() throws Exception {
        add(new Version("two"), 2);
        assertEquals("two", serving());
        assertArrayEquals(OLD, read(root, 0, 512));
        write(root, 0, NEW);
        assertArrayEquals(NEW, test.disk("disk").get(0, 512));
    }

    @Test
    void newVersion_whileAWriteIsHeld_waitsForItAndThenServes() throws Exception {
        Hold hold = test.held("disk").holdBefore(call -> call.operation() == Operation.WRITE);
        CompletableFuture<Void> writing =
                async(() -> {
                    write(root, 0, NEW);
                    return null;
                });
        hold.awaitHeld();
        CompletableFuture<Registration> update = async(() -> add(new Version("two"), 2));
        hold.release();
        get(writing);
        get(update);
        assertEquals("two", serving());
        assertArrayEquals(NEW, read(root, 0, 512));
    }

    @Test
    void newVersion_thatThrowsInOpen_leavesTheOldServing() throws Exception {
        add(
                new Version("broken") {
                    @Override
                    public BlockNode open(OpenRequest request) throws IOException {
                        super.open(request);
                        throw new IllegalStateException("no");
                    }
                },
                2);
        assertEquals("one", serving());
        write(root, 0, NEW);
        assertArrayEquals(NEW, read(root, 0, 512));
    }

    @Test
    void newVersion_thatFailsAndThenFailsToClose_leavesTheOldServing() throws Exception {
        add(
                new Version("two") {
                    @Override
                    public BlockNode open(OpenRequest request) throws IOException {
                        return new Switched(request.attach("file", ChildRole.FILTERED));
                    }
                },
                2);
        write(root, 0, NEW);
        add(
                new Version("broken") {
                    @Override
                    public BlockNode open(OpenRequest request) throws IOException {
                        return new Unlinked(request.attach("file", ChildRole.FILTERED));
                    }
                },
                3);
        write(root, 0, OLD);
        assertArrayEquals(OLD, test.disk("disk").get(0, 512));
    }

    /** Writes while it is active, and was not when it was opened. */
    private static final class Switched extends FilterNode {
        private volatile boolean active;

        private Switched(Child next) {
            super(next);
        }

        @Override
        public void activate(Request request) throws IOException {
            super.activate(request);
            active = true;
        }

        @Override
        public void inactivate(Request request) throws IOException {
            active = false;
            super.inactivate(request);
        }

        @Override
        public void write(Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            assertTrue(active, "a write while it is inactive");
            super.write(request, offset, from, flags);
        }
    }

    /** Lacks classes where it is asked for permissions and where it is closed. */
    private static final class Unlinked extends FilterNode {
        private Unlinked(Child next) {
            super(next);
        }

        @Override
        public void holdPermissions(Permissions total) {
            throw new NoClassDefFoundError("a");
        }

        @Override
        public void close() {
            throw new NoClassDefFoundError("b");
        }
    }

    @Test
    void newVersion_thatHangsInOpen_leavesTheOldServing_andCanWriteNothingLater() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CompletableFuture<Throwable> late = new CompletableFuture<>();
        add(
                new Version("hanging") {
                    @Override
                    public BlockNode open(OpenRequest request) throws IOException {
                        Child file = request.attach("file", ChildRole.FILTERED);
                        Request opening = request.request();
                        waitFor(release);
                        try {
                            file.write(opening, 0, MemorySegment.ofArray(NEW), IoFlags.NONE);
                            late.complete(new AssertionError("the write went through"));
                        } catch (BlockException refused) {
                            late.complete(refused);
                        }
                        return super.open(request);
                    }
                },
                2);
        assertEquals("one", serving());
        release.countDown();
        Throwable refused = late.get(30, TimeUnit.SECONDS);
        assertTrue(refused instanceof BlockException, refused.toString());
        assertArrayEquals(OLD, test.disk("disk").get(0, 512));
        write(root, 0, NEW);
        assertArrayEquals(NEW, read(root, 0, 512));
    }

    private static void waitFor(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException stray) {
            throw new AssertionError(stray);
        }
    }

    @Test
    void candidate_beforeItServes_canReadButNotWrite() throws Exception {
        AtomicReference<BlockException> refused = new AtomicReference<>();
        add(
                new Version("two") {
                    @Override
                    public BlockNode open(OpenRequest request) throws IOException {
                        Child file = request.attach("file", ChildRole.FILTERED);
                        byte[] head = new byte[512];
                        file.read(request.request(), 0, MemorySegment.ofArray(head));
                        assertArrayEquals(OLD, head);
                        refused.set(
                                assertThrows(
                                        BlockException.class,
                                        () -> file.zero(request.request(), 0, 512, IoFlags.NONE)));
                        return super.open(request);
                    }
                },
                2);
        assertEquals(BlockException.Kind.NOT_PERMITTED, refused.get().kind());
        assertEquals("two", serving());
    }

    @Test
    void driverGone_requestsWaitAndGoOnWhenItReturns() throws Exception {
        first.close();
        Doing<byte[]> reading = Doing.start(() -> read(root, 0, 512)).awaitWaiting("Orphan");
        add(new Version("back"), 1);
        assertArrayEquals(OLD, reading.get());
        assertEquals("back", serving());
    }

    /** The stand-in's settlement begins late: what waits in it already is not to be waited for. */
    @Test
    void driverGone_whileRequestsArrive_doesNotWaitForThemToEnd() throws Exception {
        try (BusyCarriers busy = new BusyCarriers()) {
            Doing<?> leaving = Doing.run(first::close);
            Waiting.untilAThreadIsIn("awaitGrace", "awaitClosed");
            Doing<byte[]> reading =
                    Doing.start(() -> read(root, 0, 512)).awaitWaiting("awaitOpen", "Orphan");
            busy.free();
            leaving.get();
            add(new Version("back"), 1);
            assertArrayEquals(OLD, reading.get());
        }
    }

    /** Keeps every other virtual thread from running until it is closed. */
    private static final class BusyCarriers implements AutoCloseable {
        private final AtomicBoolean busy = new AtomicBoolean(true);

        private BusyCarriers() throws InterruptedException {
            int count = Runtime.getRuntime().availableProcessors();
            CountDownLatch started = new CountDownLatch(count);
            for (int i = 0; i < count; i++) {
                Thread.ofVirtual()
                        .name("busy carrier")
                        .start(() -> {
                            started.countDown();
                            while (busy.get()) {
                                Thread.onSpinWait();
                            }
                        });
            }
            started.await();
        }

        void free() {
            busy.set(false);
        }

        @Override
        public void close() {
            free();
        }
    }

    @Test
    void driverGone_andNotBackInTime_failsRequestsByName() throws Exception {
        first.close();
        BlockException failed = assertThrows(BlockException.class, () -> read(root, 0, 512));
        assertEquals(
                "node 'top': driver 'versioned' has gone and did not return", failed.getMessage());
        add(new Version("back"), 1);
        assertArrayEquals(OLD, read(root, 0, 512));
    }
}
