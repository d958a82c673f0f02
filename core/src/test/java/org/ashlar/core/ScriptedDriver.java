package org.ashlar.core;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.CreateRequest;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.FilterNode;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;

/**
 * A driver whose opening a test writes down.
 *
 * @param name what users type
 * @param kind what its nodes stand for
 * @param options what its openings read
 * @param childOptions the children that options may describe
 * @param opening opens a node
 * @param creating creates an image
 */
record ScriptedDriver(
        String name,
        DriverKind kind,
        List<Option<?>> options,
        List<ChildOption> childOptions,
        Opening opening,
        Creating creating)
        implements BlockDriver {

    /** Opens a node. */
    @FunctionalInterface
    interface Opening {
        BlockNode open(OpenRequest request) throws IOException;
    }

    /** Creates an image. */
    @FunctionalInterface
    interface Creating {
        void create(CreateRequest request) throws IOException;
    }

    /** Wraps a filter's child. */
    @FunctionalInterface
    interface Wrapping {
        BlockNode over(Child file, OpenRequest request) throws IOException;
    }

    /** Returns a protocol without options. */
    static ScriptedDriver protocol(String name, Opening opening) {
        return new ScriptedDriver(
                name, DriverKind.PROTOCOL, List.of(), List.of(), opening, _ -> {});
    }

    /** Returns a filter over its child {@code file}. */
    static ScriptedDriver filter(String name, Wrapping wrapping) {
        return over(name, DriverKind.FILTER, ChildRole.FILTERED, wrapping);
    }

    /** Returns a format over its child {@code file}. */
    static ScriptedDriver format(String name, Wrapping wrapping) {
        return over(name, DriverKind.FORMAT, ChildRole.IMAGE, wrapping);
    }

    private static ScriptedDriver over(
            String name, DriverKind kind, ChildRole role, Wrapping wrapping) {
        return new ScriptedDriver(
                name,
                kind,
                List.of(),
                List.of(ChildOption.required("file", role, "What it lies on.")),
                request -> wrapping.over(request.attach("file", role), request),
                _ -> {});
    }

    ScriptedDriver with(Option<?>... more) {
        return new ScriptedDriver(name, kind, List.of(more), childOptions, opening, creating);
    }

    ScriptedDriver creating(Creating how) {
        return new ScriptedDriver(name, kind, options, childOptions, opening, how);
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        return opening.open(request);
    }

    @Override
    public void create(CreateRequest request) throws IOException {
        creating.create(request);
    }

    /** Passes everything on. */
    static class Passing extends FilterNode {
        Passing(Child next) {
            super(next);
        }
    }
}
