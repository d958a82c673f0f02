package org.ashlar.spi;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Opens and creates the nodes of one format, protocol or filter. Registered as a service;
 * thread-safe. The smallest one has {@link #name}, {@link #kind} and {@link #open}.
 */
@ConsumerType
public interface BlockDriver extends AutoCloseable {

    /** Returns the name users type, such as {@code qcow2}; unique among registered drivers. */
    String name();

    /** Returns what its nodes stand for. */
    DriverKind kind();

    /** Returns every option {@link #open} reads; the core refuses all others. */
    default List<Option<?>> options() {
        return List.of();
    }

    /** Returns every child the options may describe. */
    default List<ChildOption> childOptions() {
        return List.of();
    }

    /** Returns every option {@link #create} reads. */
    default List<Option<?>> createOptions() {
        return List.of();
    }

    /**
     * Returns what QMP ({@code blockdev-create}) calls one of {@link #createOptions}: the same,
     * with dashes for the underscores of {@code qemu-img create -o}, unless a driver knows better.
     */
    default String createMember(Option<?> option) {
        return option.name().replace('_', '-');
    }

    /** Judges an image by its first bytes (up to 2048 of them), without opening anything. */
    default Probe probe(MemorySegment head) {
        return Probe.NO_MATCH;
    }

    /**
     * Returns the prefix of file names that are this protocol's, such as {@code nbd}, of {@code
     * nbd://...}; empty for none.
     */
    default List<String> uriSchemes() {
        return List.of();
    }

    /**
     * Returns the options that a file name of one of {@link #uriSchemes()} stands for.
     *
     * @throws BlockException of kind {@code INVALID}
     */
    default OptionTree parseFileName(String fileName) throws BlockException {
        throw BlockException.unsupported("a file name for " + name());
    }

    /**
     * Returns the file name by which users know what the options describe, where {@code filename}
     * is none of them; empty if there is none.
     *
     * @throws BlockException of kind {@code INVALID} if nothing can be opened with them
     */
    default String fileName(OptionValues options) throws BlockException {
        return "";
    }

    /**
     * Opens a node; may block. On failure the core detaches and closes the children attached so
     * far.
     */
    BlockNode open(OpenRequest request) throws IOException;

    /**
     * Creates storage (a protocol) or writes a new, empty image onto {@link CreateRequest#file()}
     * (a format); may block.
     */
    default void create(CreateRequest request) throws IOException {
        throw BlockException.unsupported(name() + ": creating images");
    }

    /**
     * Ends what the driver runs for all of its nodes, such as threads; called once, after the last
     * node is closed.
     */
    @Override
    default void close() {}
}
