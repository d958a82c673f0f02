package org.ashlar.tck;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Extent;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A node that does not tell, or not of all, or too early, fails the contract. */
class MappingWatchTest {
    private static final int HALF = 64 << 10;

    private final Rig rig = new Rig();

    @AfterEach
    void close() throws IOException {
        rig.close();
    }

    /** Stores nothing until it is written, then all; tells of so many bytes, before or after. */
    private record Teller(long told, boolean early) implements BlockDriver {
        @Override
        public String name() {
            return "teller";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.FORMAT;
        }

        @Override
        public BlockNode open(OpenRequest request) {
            return new Node(request.background(), this);
        }
    }

    private static final class Node implements BlockNode {
        private final Background background;
        private final Teller told;

        /** Written by writes, one at a time. */
        private volatile boolean written;

        private Node(Background background, Teller told) {
            this.background = background;
            this.told = told;
        }

        @Override
        public Capabilities capabilities(Map<String, Capabilities> children) {
            return Capabilities.READ_ONLY.with(Feature.WRITE);
        }

        @Override
        public long length(Request request) {
            return 2 * HALF;
        }

        @Override
        public void read(Request request, long offset, MemorySegment into) {
            into.fill((byte) 0);
        }

        @Override
        public void write(Request request, long offset, MemorySegment from, IoFlags flags) {
            if (told.early) {
                background.mappingChanged(0, told.told);
            }
            written = true;
            if (!told.early) {
                background.mappingChanged(0, told.told);
            }
        }

        @Override
        public Extent extentAt(Request request, long offset, long maxLength) {
            return written ? new Extent.Opaque(maxLength) : new Extent.Unallocated(maxLength);
        }
    }

    private MappingWatch written(Teller told) throws IOException {
        RigNode node = rig.open(told, OptionTree.empty(), Map.of());
        MappingWatch watch = new MappingWatch(node);
        node.write(0, new byte[512]);
        return watch;
    }

    @Test
    void change_thatIsNotTold_fails() throws IOException {
        MappingWatch watch = written(new Teller(0, false));
        assertThrows(AssertionError.class, () -> watch.check(""));
    }

    @Test
    void change_thatIsToldInPart_failsWhereItIsNot() throws IOException {
        MappingWatch watch = written(new Teller(HALF, false));
        AssertionError failed = assertThrows(AssertionError.class, () -> watch.check(""));
        assertTrue(failed.getMessage().startsWith(HALF + " was said"), failed::getMessage);
    }

    @Test
    void change_thatIsToldBeforeItIsMade_fails() throws IOException {
        MappingWatch watch = written(new Teller(Long.MAX_VALUE, true));
        assertThrows(AssertionError.class, () -> watch.check(""));
    }

    @Test
    void change_thatIsTold_passes() throws IOException {
        MappingWatch watch = written(new Teller(Long.MAX_VALUE, false));
        assertDoesNotThrow(() -> watch.check(""));
        assertDoesNotThrow(() -> watch.check(""), "nothing has changed since");
    }
}
