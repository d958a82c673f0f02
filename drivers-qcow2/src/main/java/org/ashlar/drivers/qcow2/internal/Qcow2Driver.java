package org.ashlar.drivers.qcow2.internal;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.List;
import org.ashlar.drivers.qcow2.internal.format.HeaderReader;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.CreateRequest;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Probe;
import org.ashlar.spi.option.Option;

/** Opens and creates qcow2 images, versions 2 and 3. Immutable. */
public final class Qcow2Driver implements BlockDriver {
    @Override
    public String name() {
        return "qcow2";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
    }

    @Override
    public List<Option<?>> options() {
        return OpenOptions.ALL;
    }

    @Override
    public List<ChildOption> childOptions() {
        return List.of(
                ChildOption.required("file", ChildRole.IMAGE, "where the image is stored"),
                ChildOption.optional(
                        "backing",
                        ChildRole.BACKING,
                        "what lies below it; by default what the image names"),
                ChildOption.optional(
                        "data-file",
                        ChildRole.DATA,
                        "where its data are stored, if not in file; by default what the image"
                                + " names"));
    }

    @Override
    public List<Option<?>> createOptions() {
        return CreateOptions.ALL;
    }

    @Override
    public String createMember(Option<?> option) {
        return CreateOptions.isVersion(option) ? "version" : BlockDriver.super.createMember(option);
    }

    @Override
    public Probe probe(MemorySegment head) {
        byte[] bytes = head.toArray(ValueLayout.JAVA_BYTE);
        return HeaderReader.matches(ByteBuffer.wrap(bytes)) ? Probe.MATCH : Probe.NO_MATCH;
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        return new Opening(request).open();
    }

    @Override
    public void create(CreateRequest request) throws IOException {
        new Creation(request).run();
    }
}
