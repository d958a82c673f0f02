package org.ashlar.core;

import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A driver that throws what it may not, as one does whose classes have gone: others go on. */
class BrokenDriverTest {

    /** Where a node breaks, from some moment on. */
    private enum Break {
        CAPABILITIES,
        PERMISSIONS,
        READ,
        WRITE,
        EXTENT,
        FLUSH,
        HOLD,
        INACTIVATE,
        CLOSE
    }

    private final Set<Break> broken = EnumSet.noneOf(Break.class);
    private final TestLayer test = new TestLayer();

    private void breakIf(Break where) {
        if (broken.contains(where)) {
            throw new NoClassDefFoundError("gone: " + where);
        }
    }

    private final class Fragile extends ScriptedDriver.Passing {
        private Fragile(Child next) {
            super(next);
        }

        @Override
        public Capabilities capabilities(Map<String, Capabilities> children) {
            breakIf(Break.CAPABILITIES);
            return super.capabilities(children);
        }

        @Override
        public Permissions permissionsOn(
                ChildRole role, Permissions fromParents, boolean writable) {
            breakIf(Break.PERMISSIONS);
            return super.permissionsOn(role, fromParents, writable);
        }

        @Override
        public void read(Request request, long offset, MemorySegment into) throws IOException {
            breakIf(Break.READ);
            super.read(request, offset, into);
        }

        @Override
        public void write(Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            breakIf(Break.WRITE);
            super.write(request, offset, from, flags);
        }

        @Override
        public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
            breakIf(Break.EXTENT);
            return super.extentAt(request, offset, maxLength);
        }

        @Override
        public void flush(Request request) throws IOException {
            breakIf(Break.FLUSH);
            super.flush(request);
        }

        @Override
        public void holdPermissions(Permissions total) {
            breakIf(Break.HOLD);
        }

        @Override
        public void inactivate(Request request) {
            breakIf(Break.INACTIVATE);
        }

        @Override
        public void close() {
            breakIf(Break.CLOSE);
        }
    }

    @BeforeEach
    void openOne() throws IOException {
        test.add(ScriptedDriver.filter("fragile", (file, _) -> new Fragile(file)), 1);
        test.addHeld("disk");
        test.addOver("fragile", "top", "disk");
    }

    @AfterEach
    void close() {
        test.close();
    }

    @Test
    void pureFunctionThatBreaksLater_doesNotKeepTheGraphFromChanging() throws Exception {
        broken.add(Break.CAPABILITIES);
        broken.add(Break.PERMISSIONS);
        test.addHeld("other");
        try (Root root = test.writer("other")) {
            write(root, 0, new byte[512]);
        }
        test.layer.delete("other");
        test.layer.delete("top");
        test.layer.delete("disk");
        assertTrue(test.layer.graph().nodes().isEmpty());
    }

    @Test
    void pureFunctionThatIsBrokenFromTheStart_failsItsOwnOpening() throws Exception {
        broken.add(Break.CAPABILITIES);
        assertThrows(NoClassDefFoundError.class, () -> test.addOver("fragile", "second", "disk"));
        broken.clear();
        test.addOver("fragile", "second", "disk");
    }

    @Test
    void closeThatThrowsAnError_settlesAndFreesTheName() throws Exception {
        broken.add(Break.CLOSE);
        test.layer.delete("top");
        assertTrue(test.layer.graph().leaving().isEmpty());
        test.addOver("fragile", "top", "disk");
    }

    @Test
    void lockThatThrowsAnError_failsThatChangeAlone() throws Exception {
        broken.add(Break.HOLD);
        assertThrows(NoClassDefFoundError.class, () -> test.writer("top"));
        broken.clear();
        test.writer("top").close();
        test.layer.delete("top");
    }

    @Test
    void requestThatThrowsAnError_failsAlone_asAnInternalError() throws Exception {
        try (Root root = test.writer("top")) {
            broken.addAll(Set.of(Break.READ, Break.WRITE, Break.EXTENT));
            for (BlockException failed :
                    new BlockException[] {
                        assertThrows(BlockException.class, () -> read(root, 0, 512)),
                        assertThrows(BlockException.class, () -> write(root, 0, new byte[512])),
                        assertThrows(BlockException.class, () -> extentOf(root))
                    }) {
                assertEquals(Kind.IO, failed.kind());
                assertTrue(
                        failed.getMessage().contains("node 'top'")
                                && failed.getMessage().contains("internal error"),
                        failed.getMessage());
            }
            broken.clear();
            assertEquals(512, read(root, 0, 512).length);
        }
    }

    @Test
    void nodeThatCannotWriteOut_isClosedWithItsLayer_andSoIsWhatItIsStoredIn() throws Exception {
        broken.add(Break.INACTIVATE);
        assertThrows(NoClassDefFoundError.class, () -> test.layer.delete("top"));
        assertTrue(test.layer.graph().find("top").isPresent(), "nothing is thrown away unasked");
        Hold closed = test.held("disk").holdNext(Operation.CLOSE);
        closed.release();
        test.layer.close();
        assertTrue(closed.isHeld());
        assertTrue(test.layer.graph().nodes().isEmpty());
    }

    @Test
    void nodeThatCannotFlush_isClosedWithItsLayer_andSoIsWhatItIsStoredIn() throws Exception {
        broken.add(Break.FLUSH);
        Hold closed = test.held("disk").holdNext(Operation.CLOSE);
        closed.release();
        test.layer.close();
        assertTrue(closed.isHeld());
        assertTrue(test.layer.graph().nodes().isEmpty());
    }

    @Test
    void layerWithAHungWrite_closesTheRest() throws Exception {
        try (TestLayer hung = new TestLayer(Duration.ofMillis(200))) {
            hung.addHeld("stuck");
            hung.addHeld("fine");
            Root root = hung.writer("stuck");
            Hold write = hung.held("stuck").holdNext(Operation.WRITE);
            CompletableFuture<Void> writing =
                    TestLayer.async(() -> {
                        write(root, 0, new byte[512]);
                        return null;
                    });
            write.awaitHeld();
            Hold stuck = hung.held("stuck").holdNext(Operation.CLOSE);
            Hold fine = hung.held("fine").holdNext(Operation.CLOSE);
            stuck.release();
            fine.release();
            hung.layer.close();
            assertTrue(fine.isHeld());
            assertFalse(stuck.isHeld(), "its write is still in it");
            write.release();
            TestLayer.get(writing);
            TestLayer.await(stuck::isHeld);
        }
    }

    private static void extentOf(Root root) throws IOException {
        try (Admission admission = root.consumer("test").admit(Access.READ)) {
            root.root().extentAt(admission.request(), 0, 512);
            root.root().chainExtentAt(admission.request(), 0, 512, Optional.empty());
        }
    }
}
