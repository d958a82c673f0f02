package org.ashlar.exports.nbd.internal.session;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.ashlar.spi.ChainExtent;

/** A metadata context, section "Metadata querying"; {@code qemu:} as the reference defines it. */
enum MetaContext {
    /** Whether a range is a hole and whether it reads as zeroes. */
    BASE_ALLOCATION(0, "base:allocation") {
        @Override
        int status(ChainExtent extent) {
            return (extent.data() ? 0 : Wire.STATE_HOLE) | (extent.zero() ? Wire.STATE_ZERO : 0);
        }
    },
    /** Which layer of the chain holds a range: 1 for the top, 0 for none. */
    ALLOCATION_DEPTH(1, "qemu:allocation-depth") {
        @Override
        int status(ChainExtent extent) {
            return extent.allocated() ? extent.depth() + 1 : 0;
        }
    };

    private final int id;
    private final String text;

    MetaContext(int id, String text) {
        this.id = id;
        this.text = text;
    }

    /** Returns the flags that describe an extent in this context. */
    abstract int status(ChainExtent extent);

    /** Returns its full name. */
    String text() {
        return text;
    }

    /** Returns the number that stands for it in requests and replies. */
    int id() {
        return id;
    }

    /** Returns the contexts of an export. */
    static List<MetaContext> of(Offer offer) {
        return offer.allocationDepth() ? List.of(values()) : List.of(BASE_ALLOCATION);
    }

    /** Returns the context with a number, if there is one. */
    static Optional<MetaContext> withId(int id) {
        return Arrays.stream(values()).filter(context -> context.id == id).findFirst();
    }

    /** Returns whether a query selects this context; with {@code wildcards} also {@code base:}. */
    boolean matches(String query, boolean wildcards) {
        return query.equals(text)
                || (wildcards && query.equals(text.substring(0, text.indexOf(':') + 1)));
    }
}
