package org.ashlar.tck;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ashlar.spi.Child;
import org.ashlar.spi.Extent;

/**
 * Whether a node tells in time that its mapping has changed. What was said to lie somewhere else,
 * in a child or below, is what others may go by without asking again; so it has to be told of once
 * it is no longer so: after it changed, so that who asks while it tells hears the new answer, and
 * before the request that changed it has ended. Confined to one thread, but for what it is told.
 */
final class MappingWatch {
    private final RigNode node;
    private final List<Told> news = new CopyOnWriteArrayList<>();
    private List<Piece> before;

    /** A run of bytes and where they are said to lie. */
    private record Piece(long offset, long end, Place place) {}

    private sealed interface Place {
        /** Below the node. */
        record Below() implements Place {}

        /** At the same distance in a child. */
        record In(Child child, long distance) implements Place {}

        /** Only the node itself can say. */
        record Here() implements Place {}
    }

    /**
     * What the node told.
     *
     * @param end the byte after the last it told of
     * @param pieces what it said, when asked while it told
     */
    private record Told(long offset, long end, List<Piece> pieces) {
        /** Returns how far it tells of a new place, or {@code at} if it does not. */
        long reach(long at, Place place) {
            for (Piece piece : pieces) {
                if (piece.offset <= at && at < piece.end && piece.place.equals(place)) {
                    return offset <= at && at < end ? Math.min(end, piece.end) : at;
                }
            }
            return at;
        }
    }

    MappingWatch(RigNode node) throws IOException {
        this.node = node;
        this.before = pieces();
        node.listen(this::told);
    }

    private void told(long offset, long length) {
        long end = length > Long.MAX_VALUE - offset ? Long.MAX_VALUE : offset + length;
        try {
            news.add(new Told(offset, end, pieces()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Fails the test if something has changed since the last time that was not told of. */
    void check(String message) throws IOException {
        List<Piece> now = pieces();
        for (Piece old : before) {
            if (!(old.place instanceof Place.Here)) {
                now.forEach(piece -> checkTold(old, piece, message));
            }
        }
        before = now;
        news.clear();
    }

    private void checkTold(Piece old, Piece now, String message) {
        long to = Math.min(old.end, now.end);
        if (old.place.equals(now.place)) {
            return;
        }
        for (long at = Math.max(old.offset, now.offset); at < to; ) {
            long from = at;
            at = news.stream().mapToLong(told -> told.reach(from, now.place)).max().orElse(from);
            assertTrue(
                    at > from,
                    () ->
                            "%d was said to lie %s, now %s: not told of, or too early%s"
                                    .formatted(from, old.place, now.place, message));
        }
    }

    private List<Piece> pieces() throws IOException {
        List<Piece> pieces = new ArrayList<>();
        long at = 0;
        for (Extent extent : node.map()) {
            long end = at + extent.length();
            pieces.add(new Piece(at, end, place(extent, at)));
            at = end;
        }
        return pieces;
    }

    private static Place place(Extent extent, long offset) {
        return switch (extent) {
            case Extent.Unallocated _ -> new Place.Below();
            case Extent.Mapped mapped ->
                    new Place.In(mapped.child(), mapped.childOffset() - offset);
            case Extent.Data _, Extent.Opaque _, Extent.Zero _ -> new Place.Here();
        };
    }
}
