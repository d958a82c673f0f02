package org.ashlar.spi;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.option.OptionValues;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a driver is given to open a node; confined to the opening thread and valid only until {@code
 * open} returns.
 */
@ProviderType
public interface OpenRequest {

    /** Returns the node's name, for messages. */
    String nodeName();

    /** Returns the checked values of {@link BlockDriver#options()}. */
    OptionValues options();

    /** Returns what every node can be told. */
    NodeSettings settings();

    /**
     * Returns whether the node must write nothing before {@link BlockNode#activate(Request)}:
     * another version of the driver still serves the image.
     */
    boolean inactive();

    /**
     * Returns whether the node is opened to be checked and repaired: then damage that otherwise
     * forbids writing does not.
     */
    default boolean forRepair() {
        return false;
    }

    /**
     * Returns whether only the image's metadata are to be looked at: then what is needed for its
     * data alone need not be there, and nobody may read or write it.
     */
    default boolean forInspection() {
        return false;
    }

    /** Returns what the version served before this one handed over; empty at a first open. */
    Map<String, Object> handedOver();

    /**
     * Opens the child that option {@code name} describes, or refers to, and attaches it: the only
     * way to get one.
     */
    Child attach(String name, ChildRole role) throws IOException;

    /** Does the same if the option is given. */
    Optional<Child> attachIfGiven(String name, ChildRole role) throws IOException;

    /** Attaches every child of a list option, named {@code name.0}, {@code name.1}, ... */
    List<Child> attachAll(String name, ChildRole role) throws IOException;

    /**
     * Attaches a child that the image itself names, such as a backing file, with what the options
     * say of {@code name} laid over it; a node that they refer to is attached instead. The core
     * refuses to open what the image names where policy forbids implicit opens.
     */
    Child attachImplicit(String name, ChildRole role, ImageReference reference) throws IOException;

    /**
     * Returns an edge that leads nowhere yet: a graph change may lead it to a node later, such as
     * an overlay to its backing node, and out again; {@link Child#isAttached} tells.
     */
    Child vacant(String name, ChildRole role);

    /** Returns whether the options rule the child out, by {@code null} or an empty text. */
    boolean isRuledOut(String name);

    /**
     * Returns the pinned request under which the opening reads; it sees the children attached so
     * far.
     */
    Request request();

    /** Returns where the node starts work of its own; drain waits for that work as for requests. */
    Background background();

    /** Returns scratch memory, also after the open. */
    Buffers buffers();
}
