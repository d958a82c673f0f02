package org.ashlar.core.internal.export;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.core.internal.fake.FakeGraph;
import org.ashlar.core.internal.fake.FakeSources;
import org.ashlar.core.internal.fake.HeardEvents;
import org.ashlar.core.internal.registry.Kind;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.export.BlockExport;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.export.ExportInfo;
import org.ashlar.spi.export.ExportRequest;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Exports over fakes; error texts were taken down from qemu-storage-daemon 7.2. */
class ExportManagerTest {
    private static final long LIMIT_SECONDS = 20;

    private final HeardEvents events = new HeardEvents();
    private final FakeSources sources = new FakeSources();
    private final Registry registry = new Registry();
    private final FakeDriver driver = new FakeDriver();

    /** The graph as it stands; written by the test's thread. */
    private volatile FakeGraph graph = FakeGraph.TWO_NODES;

    private final ExportManager exports = manager(Duration.ofSeconds(LIMIT_SECONDS));

    private ExportManager manager(Duration limit) {
        return new ExportManager(new ExportGraph(sources, () -> graph), registry, events, limit);
    }

    @BeforeEach
    void addDriver() {
        registry.add(Kind.EXPORT, driver, Rank.NONE);
    }

    @Nested
    class Adding {
        @Test
        void add_readOnly_readsAndSharesAll() throws IOException {
            exports.add(settings("e", "cdrom", false), OptionTree.empty());

            FakeSources.FakeSource source = sources.last();
            assertEquals("export e", source.label);
            Permissions expected =
                    new Permissions(
                            Set.of(Permission.CONSISTENT_READ), EnumSet.allOf(Permission.class));
            assertEquals(List.of(expected), source.permissions);
            assertEquals(List.of(new ExportInfo("e", "fake", "cdrom", false, 0)), exports.list());
        }

        @Test
        void add_writable_writesTooAndSharesAll() throws IOException {
            exports.add(settings("e", "disk", true), OptionTree.empty());

            Permissions expected =
                    new Permissions(
                            Set.of(Permission.CONSISTENT_READ, Permission.WRITE),
                            EnumSet.allOf(Permission.class));
            assertEquals(List.of(expected), sources.last().permissions);
            assertTrue(driver.last().writable());
        }

        @Test
        void add_writable_ofAReadOnlyNode_isRefused() {
            assertRefused("Cannot export read-only node as writable", "e", "cdrom", true);
            assertEquals(List.of(), sources.opened);
        }

        @Test
        void add_ofAMissingNode_isRefused() {
            assertRefused("Cannot find device='' nor node-name='nope'", "e", "nope", false);
        }

        @Test
        void add_withAMalformedId_isRefused() {
            assertRefused("Invalid block export id", "e e", "disk", false);
            assertRefused("Invalid block export id", "", "disk", false);
        }

        @Test
        void add_withAUsedId_isRefused() throws IOException {
            exports.add(settings("e", "disk", false), OptionTree.empty());

            assertRefused("Block export id 'e' is already in use", "e", "disk", false);
        }

        @Test
        void add_ofAnUnknownType_isRefused() {
            ExportSettings other = new ExportSettings("nbdx", "e", "disk", false, false);

            assertEquals(
                    "Parameter 'type' does not accept value 'nbdx'",
                    assertThrows(BlockException.class, () -> exports.add(other, OptionTree.empty()))
                            .getMessage());
        }

        @Test
        void add_withAnUnknownOption_isRefused() {
            OptionTree options = OptionTree.typed(Map.of("bogus", "x"));

            assertEquals(
                    "Parameter 'bogus' is unexpected",
                    assertThrows(
                                    BlockException.class,
                                    () -> exports.add(settings("e", "disk", false), options))
                            .getMessage());
        }

        @Test
        void add_whenTheDriverFails_leavesNothing_andTheIdIsFree() throws IOException {
            driver.failure = "NBD server not running";
            assertRefused("NBD server not running", "e", "disk", false);
            assertTrue(sources.last().isReleased());
            assertEquals(List.of(), exports.list());

            driver.failure = "";
            exports.add(settings("e", "disk", false), OptionTree.empty());
        }

        private void assertRefused(String message, String id, String node, boolean writable) {
            assertEquals(
                    message,
                    assertThrows(
                                    BlockException.class,
                                    () ->
                                            exports.add(
                                                    settings(id, node, writable),
                                                    OptionTree.empty()))
                            .getMessage());
        }
    }

    @Nested
    class Listing {
        @Test
        void list_isInTheOrderOfAddition() throws IOException {
            exports.add(settings("b", "disk", false), OptionTree.empty());
            exports.add(settings("a", "disk", false), OptionTree.empty());

            assertEquals(List.of("b", "a"), exports.list().stream().map(ExportInfo::id).toList());
        }

        @Test
        void list_whenTheRootWasLedElsewhere_namesTheNodeItLeadsToNow() throws IOException {
            exports.add(settings("e", "disk", false), OptionTree.empty());
            graph =
                    graph.withRoot(
                            new EdgeInfo(
                                    sources.last().root(),
                                    "export e",
                                    true,
                                    false,
                                    "root",
                                    ChildRole.DATA,
                                    "overlay",
                                    Permissions.READ));

            assertEquals("overlay", exports.list().getFirst().nodeName());
        }
    }

    @Nested
    class Deleting {
        @Test
        void delete_releasesTheNode_andTellsSo() throws IOException {
            exports.add(settings("e", "disk", false), OptionTree.empty());

            exports.delete("e", false);

            assertEquals(1, driver.closes.get());
            assertTrue(sources.last().isReleased());
            assertEquals(List.of("BLOCK_EXPORT_DELETED {id=e}"), events.lines());
            assertEquals(List.of(), exports.list());
            assertRefused("Export 'e' is not found", "e");
        }

        @Test
        void delete_withClients_isRefusedUnlessHard() throws IOException {
            exports.add(settings("e", "disk", false), OptionTree.empty());
            driver.clients.set(2);

            assertRefused("export 'e' still in use", "e");
            assertEquals(2, exports.list().getFirst().clients());
            exports.delete("e", true);

            assertEquals(List.of("BLOCK_EXPORT_DELETED {id=e}"), events.lines());
        }

        @Test
        void delete_whileBeingDeleted_waitsForTheSameEnd() throws Exception {
            exports.add(settings("e", "disk", false), OptionTree.empty());
            driver.closing = new CountDownLatch(1);
            Thread first = Thread.ofVirtual().start(() -> deleteHard("e"));
            await(driver.closeBegun);
            assertTrue(exports.list().getFirst().shuttingDown());
            Thread second = Thread.ofVirtual().start(() -> deleteHard("e"));

            driver.closing.countDown();
            first.join(10_000);
            second.join(10_000);

            assertEquals(1, driver.closes.get());
            assertEquals(List.of("BLOCK_EXPORT_DELETED {id=e}"), events.lines());
        }

        @Test
        void delete_whenARequestHangs_returnsAfterTheLimit_andGoesOn() throws IOException {
            ExportManager hasty = manager(Duration.ofMillis(30));
            hasty.add(settings("e", "disk", false), OptionTree.empty());
            driver.closing = new CountDownLatch(1);

            BlockException late = assertThrows(BlockException.class, () -> hasty.delete("e", true));
            assertEquals(
                    "export 'e' is being deleted, which takes longer than 0 s", late.getMessage());
            assertFalse(sources.last().isReleased());
            driver.closing.countDown();

            events.await("BLOCK_EXPORT_DELETED {id=e}");
        }

        @Test
        void requestDelete_byTheExport_endsItBeside() throws IOException {
            exports.add(settings("e", "disk", false), OptionTree.empty());
            driver.clients.set(1);

            driver.last().requestDelete();

            events.await("BLOCK_EXPORT_DELETED {id=e}");
            assertEquals(List.of(), exports.list());
        }

        @Test
        void requestDelete_whileStarting_endsItOnceStarted() throws IOException {
            driver.deleteAtOnce = true;

            exports.add(settings("e", "disk", false), OptionTree.empty());

            events.await("BLOCK_EXPORT_DELETED {id=e}");
            assertTrue(sources.last().isReleased());
        }

        private void assertRefused(String message, String id) {
            assertEquals(
                    message,
                    assertThrows(BlockException.class, () -> exports.delete(id, false))
                            .getMessage());
        }

        private void deleteHard(String id) {
            try {
                exports.delete(id, true);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Test
    void close_endsAll_andAddsNoMore() throws IOException {
        exports.add(settings("a", "disk", false), OptionTree.empty());
        exports.add(settings("b", "disk", true), OptionTree.empty());

        exports.close();

        assertEquals(2, driver.closes.get());
        assertEquals(
                Set.of("BLOCK_EXPORT_DELETED {id=a}", "BLOCK_EXPORT_DELETED {id=b}"),
                Set.copyOf(events.lines()));
        BlockException gone =
                assertThrows(
                        BlockException.class,
                        () -> exports.add(settings("c", "disk", false), OptionTree.empty()));
        assertEquals("The block layer is shutting down", gone.getMessage());
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(LIMIT_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static ExportSettings settings(String id, String node, boolean writable) {
        return new ExportSettings("fake", id, node, writable, false);
    }

    /** Starts exports that do nothing. Written by the test's thread before use. */
    private static final class FakeDriver implements ExportDriver {
        final AtomicInteger clients = new AtomicInteger();
        final AtomicInteger closes = new AtomicInteger();
        final CountDownLatch closeBegun = new CountDownLatch(1);
        volatile CountDownLatch closing = new CountDownLatch(0);
        volatile String failure = "";
        volatile boolean deleteAtOnce;
        private volatile List<ExportRequest> requests = List.of();

        ExportRequest last() {
            return requests.getLast();
        }

        @Override
        public String type() {
            return "fake";
        }

        @Override
        public BlockExport start(ExportRequest request) throws IOException {
            if (!failure.isEmpty()) {
                throw BlockException.invalid(failure);
            }
            requests = List.of(request);
            if (deleteAtOnce) {
                request.requestDelete();
            }
            return new FakeExport();
        }

        private final class FakeExport implements BlockExport {
            @Override
            public int clients() {
                return clients.get();
            }

            @Override
            public void close() {
                closeBegun.countDown();
                await(closing);
                closes.incrementAndGet();
            }
        }
    }
}
