package org.ashlar.itest.driver;

import java.lang.foreign.MemorySegment;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Request;

/**
 * Opens nodes of 1 MiB whose every byte is the mark of the version that serves them: what a client
 * reads says which. It and its nodes note in a system property, which all bundles see, that they
 * are closed. Immutable.
 */
final class MarkedDriver implements BlockDriver {
    private final byte mark;

    MarkedDriver(byte mark) {
        this.mark = mark;
    }

    @Override
    public String name() {
        return "marked";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public BlockNode open(OpenRequest request) {
        return new BlockNode() {
            @Override
            public long length(Request ignored) {
                return 1 << 20;
            }

            @Override
            public void read(Request ignored, long offset, MemorySegment into) {
                into.fill(mark);
            }

            @Override
            public void close() {
                note("node");
            }
        };
    }

    @Override
    public void close() {
        note("driver");
    }

    private void note(String closed) {
        System.getProperties()
                .merge(MarkedBundle.CLOSED, closed + mark, (all, one) -> all + " " + one);
    }
}
