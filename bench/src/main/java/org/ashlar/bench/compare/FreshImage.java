package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.bench.compare.Programs.Told;

/** An image added to a running daemon for one turn, then removed. Confined to one thread. */
final class FreshImage implements AutoCloseable {
    private static final String NODE = "disk";
    private static final String EXPORT_ID = "export";

    private final Told told;
    private boolean exported;

    private FreshImage(Told told) {
        this.told = told;
    }

    /** Adds an image, its backing chain with it. */
    static FreshImage add(Told told, Path image, boolean readOnly) throws IOException {
        Map<String, Object> file = new LinkedHashMap<>();
        file.put("driver", "file");
        file.put("filename", image.toString());
        if (told.server().program().equals("qsd")) {
            file.put("aio", "io_uring");
        }
        told.monitor()
                .execute(
                        "blockdev-add",
                        Map.of(
                                "driver",
                                "qcow2",
                                "node-name",
                                NODE,
                                "read-only",
                                readOnly,
                                "file",
                                file));
        return new FreshImage(told);
    }

    /** Serves it for writing. */
    void export() throws IOException {
        told.monitor()
                .execute(
                        "block-export-add",
                        Map.of(
                                "type",
                                "nbd",
                                "id",
                                EXPORT_ID,
                                "node-name",
                                NODE,
                                "name",
                                Programs.EXPORT,
                                "writable",
                                true));
        exported = true;
    }

    /** Streams everything into it and returns when that is done. */
    void stream() throws IOException {
        told.monitor().execute("block-stream", Map.of("job-id", "stream", "device", NODE));
        Map<?, ?> completed = told.monitor().awaitEvent("BLOCK_JOB_COMPLETED");
        if (completed.get("data") instanceof Map<?, ?> data && data.containsKey("error")) {
            throw new IOException("the stream job failed: " + data);
        }
    }

    /** Hard: a server may learn later than we do that its client has gone. */
    @Override
    public void close() throws IOException {
        if (exported) {
            told.monitor().execute("block-export-del", Map.of("id", EXPORT_ID, "mode", "hard"));
            told.monitor().awaitEvent("BLOCK_EXPORT_DELETED");
        }
        told.monitor().execute("blockdev-del", Map.of("node-name", NODE));
    }

    /** Removes an image's file. */
    static void delete(Path image) throws IOException {
        Files.deleteIfExists(image);
    }
}
