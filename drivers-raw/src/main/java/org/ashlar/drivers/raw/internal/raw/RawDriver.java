package org.ashlar.drivers.raw.internal.raw;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.CreateRequest;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.Probe;
import org.ashlar.spi.option.Option;

/** Opens and creates images that are nothing but their data. Immutable. */
public final class RawDriver implements BlockDriver {
    static final String FILE = "file";

    private static final Option<Long> SIZE =
            Option.bytes("size").required().help("Virtual disk size");

    private static final Option<Preallocation> PREALLOCATION =
            Option.choice("preallocation", Preallocation.class)
                    .orElse(Preallocation.OFF)
                    .help("Preallocation mode (allowed values: off, falloc, full)");

    /** Makes the driver. */
    public RawDriver() {}

    @Override
    public String name() {
        return "raw";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
    }

    @Override
    public List<Option<?>> options() {
        return List.of(Window.OFFSET, Window.SIZE);
    }

    @Override
    public List<ChildOption> childOptions() {
        return List.of(ChildOption.required(FILE, ChildRole.FILTERED, "where the data are"));
    }

    @Override
    public List<Option<?>> createOptions() {
        return List.of(SIZE, PREALLOCATION);
    }

    /** Anything may be raw. */
    @Override
    public Probe probe(MemorySegment head) {
        return Probe.FALLBACK;
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        Window window = Window.from(request.options());
        Child file = request.attach(FILE, window.role());
        window.checkOver(file.length(request.request()));
        return new RawNode(file, window);
    }

    /**
     * Gives the file its length. One that has it already is left alone: it was created with it, and
     * preallocated as wanted.
     */
    @Override
    public void create(CreateRequest request) throws IOException {
        long asked = request.options().get(SIZE);
        if (asked > Long.MAX_VALUE - 512) {
            throw BlockException.invalid("The image size is too large for file format 'raw'");
        }
        long size = (asked + 511) & -512;
        Child file = request.file();
        if (file.length(request.request()) != size) {
            file.truncate(request.request(), size, request.options().get(PREALLOCATION));
        }
    }
}
