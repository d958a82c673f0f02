package org.ashlar.exports.nbd.internal.session;

import java.util.List;
import java.util.Optional;

/** The exports a client may choose from; they come and go. Thread-safe. */
public interface Offers {

    /** Returns the export of that name. */
    Optional<Offer> find(String name);

    /** Returns all exports. */
    List<Offer> list();

    /** Returns whether clients may open several connections to one export. */
    boolean multiConn();
}
