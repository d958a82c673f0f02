package org.ashlar.spi.image;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.Request;

/** What a format or protocol tells of an image for people and programs (QMP {@code ImageInfo}). */
public interface ImageInfo {

    /** Returns how many bytes the image takes of its storage; for protocols. */
    default long allocatedBytes(Request request) throws IOException {
        return -1;
    }

    /** Returns the allocation unit in bytes, 0 if there is none. */
    default long clusterSize() {
        return 0;
    }

    /** Returns whether the image was not closed properly. */
    default boolean isDirty() {
        return false;
    }

    /** Returns whether the image's data are encrypted. */
    default boolean isEncrypted() {
        return false;
    }

    /**
     * Returns the members of {@code format-specific}'s data by their QMP names, in the reference's
     * order; empty for none.
     */
    default Map<String, Object> formatSpecific(Request request) throws IOException {
        return Map.of();
    }

    /**
     * Returns what whoever opens the image should be warned of: a sentence, and hints behind it.
     */
    default List<String> warnings() {
        return List.of();
    }

    /** Returns the snapshots that are stored within the image, in its own order. */
    default List<SnapshotInfo> snapshots(Request request) throws IOException {
        return List.of();
    }
}
