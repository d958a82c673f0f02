package org.ashlar.spi;

import java.io.IOException;
import java.util.List;
import org.ashlar.spi.option.OptionValues;
import org.osgi.annotation.versioning.ProviderType;

/** The options and settings a node is to serve with from now on; confined to the calling thread. */
@ProviderType
public interface ReopenRequest {

    /**
     * Returns the new option values, checked: only reopenable options differ from those in force.
     */
    OptionValues options();

    /** Returns the new settings. */
    NodeSettings settings();

    /**
     * Returns the child {@code name} as it is to be: the edge in force, wherever the options lead
     * it, if that has {@code role}; else one that takes its place. Who does not ask keeps the edges
     * it has.
     */
    Child attach(String name, ChildRole role) throws IOException;

    /**
     * Returns the children of a list option as they are to be, in the options' order. An edge to a
     * node that stays is the one in force, with its name; a new one has a name of its own. A driver
     * that does not ask has its lists unchanged: another one is refused.
     */
    List<Child> attachAll(String name, ChildRole role) throws IOException;

    /** Returns a pinned request for reading; it sees the children as they are to be. */
    Request request();

    /** Returns where the new face starts work of its own. */
    Background background();
}
