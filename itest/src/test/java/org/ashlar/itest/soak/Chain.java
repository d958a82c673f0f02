package org.ashlar.itest.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ashlar.itest.harness.Images;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.Tools;

/**
 * Lengthens and shortens the chain below the disk: snapshots, streams of any part, which are
 * paused, slowed down and cancelled. Confined to one thread.
 *
 * <p>I1: {@code layers} are the nodes of the chain, top last, as the daemon has them while no
 * stream completes; a stream's layers stay in it until its event has come.
 *
 * <p>I2: a stream takes out what lies from its bottom on below its top, unless another has taken
 * its top out before. If another has taken out what was known as its bottom, it began after that,
 * and its bottom was what lay on its base then.
 */
final class Chain {
    /** How long the disk is, in bytes. */
    static final long SIZE = 24 << 20;

    private static final int LAYERS_MAX = 8;
    private static final List<String> SHAPES =
            List.of(
                    "cluster_size=64k",
                    "cluster_size=4k",
                    "cluster_size=16k,lazy_refcounts=on",
                    "cluster_size=64k,extended_l2=on",
                    "cluster_size=2M,extended_l2=on",
                    "cluster_size=512,refcount_bits=64");

    private final QmpClient monitor;
    private final Path folder;
    private final Random random;
    private final Tally tally;
    private final List<String> layers = new ArrayList<>();
    private final List<String> unused = new ArrayList<>();
    private final Map<String, Stream> streams = new HashMap<>();
    private int made;

    /** A stream; it has no base if that is empty. */
    private record Stream(String top, String bottom, String base) {}

    Chain(QmpClient monitor, Path folder, Random random, Tally tally) {
        this.monitor = monitor;
        this.folder = folder;
        this.random = random;
        this.tally = tally;
    }

    /** Makes the first layer, and exports it as the disk. */
    void begin() {
        layers.add(makeLayer());
        monitor.execute(
                "block-export-add",
                "type",
                "nbd",
                "id",
                "disk",
                "node-name",
                layers.getFirst(),
                "name",
                "disk",
                "writable",
                true);
    }

    /** Returns the file of a layer. */
    Path file(String layer) {
        return folder.resolve(layer + ".qcow2");
    }

    /** Returns the layers, top last. */
    List<String> layers() {
        return layers;
    }

    /** Does one thing. */
    void step() {
        collect();
        deleteUnused();
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> {
                if (layers.size() < LAYERS_MAX) {
                    snapshot();
                }
            }
            case 3, 4, 5 -> stream();
            case 6 -> onJob("job-pause");
            case 7, 8 -> onJob("job-resume");
            case 9, 10 -> onJob("job-finalize");
            default -> onJob(random.nextInt(2) == 0 ? "job-cancel" : "job-resume");
        }
    }

    private void snapshot() {
        String node = layers.getLast();
        String overlay = makeLayer();
        if (tally.attempt(
                "snapshot",
                node + " " + overlay,
                () -> monitor.execute("blockdev-snapshot", "node", node, "overlay", overlay))) {
            layers.add(overlay);
        } else {
            unused.add(overlay);
        }
    }

    /** Makes a layer whose header names the last one, as it would be made by hand. */
    private String makeLayer() {
        String layer = "layer" + made++;
        String shape = SHAPES.get(random.nextInt(SHAPES.size()));
        Tools.run("qemu-img", "create", "-f", "qcow2", "-o", shape, file(layer), SIZE);
        JsonNode storage =
                QmpClient.object(
                        "driver",
                        "file",
                        "node-name",
                        layer + "-file",
                        "discard",
                        "unmap",
                        "filename",
                        file(layer).toString());
        List<Object> arguments = new ArrayList<>();
        arguments.addAll(List.of("driver", "qcow2", "node-name", layer, "discard", "unmap"));
        arguments.addAll(List.of("file", storage));
        if (!layers.isEmpty()) {
            Path below = file(layers.getLast());
            Tools.run("qemu-img", "rebase", "-u", "-F", "qcow2", "-b", below, file(layer));
            arguments.addAll(List.of("backing", NullNode.getInstance()));
        }
        monitor.execute("blockdev-add", arguments.toArray());
        return layer;
    }

    private void stream() {
        if (layers.size() < 2) {
            return;
        }
        int top = 1 + random.nextInt(layers.size() - 1);
        int base = random.nextInt(top + 1) - 1;
        String id = "stream" + made++;
        List<Object> arguments = new ArrayList<>(List.of("job-id", id, "device", layers.get(top)));
        arguments.addAll(List.of("speed", random.nextInt(3) == 0 ? 0 : 4 << 20));
        arguments.addAll(List.of("auto-finalize", random.nextInt(3) > 0));
        if (base >= 0) {
            arguments.addAll(List.of("base-node", layers.get(base)));
        }
        if (tally.attempt(
                "stream", arguments, () -> monitor.execute("block-stream", arguments.toArray()))) {
            String below = base < 0 ? "" : layers.get(base);
            streams.put(id, new Stream(layers.get(top), layers.get(base + 1), below));
        }
    }

    private void onJob(String command) {
        if (!streams.isEmpty()) {
            List<String> ids = List.copyOf(streams.keySet());
            String id = ids.get(random.nextInt(ids.size()));
            tally.attempt(command, id, () -> monitor.execute(command, "id", id));
        }
    }

    /** Takes note of the streams that have ended. */
    private void collect() {
        monitor.eventsSoFar().forEach(this::noteEnd);
    }

    private void noteEnd(JsonNode event) {
        String name = event.path("event").asText();
        String id = event.path("data").path("device").asText();
        boolean completed = name.equals("BLOCK_JOB_COMPLETED");
        if (!completed && !name.equals("BLOCK_JOB_CANCELLED")) {
            return;
        }
        Stream stream = streams.remove(id);
        if (event.path("data").has("error")) {
            throw new AssertionError("a stream failed: " + event);
        }
        if (stream != null && completed) {
            tally.note("completed " + id);
            tally.count("stream completed");
            collapse(stream);
        }
    }

    /** The layers from the bottom on are below the stream's top no longer (I2). */
    private void collapse(Stream stream) {
        int top = layers.indexOf(stream.top);
        int bottom = layers.indexOf(stream.bottom);
        if (bottom < 0 && (stream.base.isEmpty() || layers.contains(stream.base))) {
            bottom = layers.indexOf(stream.base) + 1;
        }
        if (top < 0 || bottom < 0) {
            return;
        }
        List<String> between = layers.subList(bottom, top);
        List<String> gone = List.copyOf(between);
        between.clear();
        unused.addAll(gone.reversed());
    }

    /** Deletes what is not below the disk any more and not in use; the rest later. */
    private void deleteUnused() {
        for (String layer : List.copyOf(unused)) {
            if (tally.attempt(
                    "layer del",
                    layer,
                    () -> monitor.execute("blockdev-del", "node-name", layer))) {
                unused.remove(layer);
                checkAlone(layer);
                assertTrue(file(layer).toFile().delete());
            } else {
                Nodes.above(monitor, layer).forEach(this::putBack);
            }
        }
    }

    /**
     * Leads a layer to the one below it again: a reopening that began before a stream ended has led
     * it to one that the stream had taken out.
     */
    private void putBack(String layer) {
        int at = layers.indexOf(layer);
        boolean streamed = streams.values().stream().anyMatch(one -> one.top.equals(layer));
        if (at < 0 || streamed) {
            return;
        }
        ObjectNode options =
                QmpClient.object("driver", "qcow2", "node-name", layer, "file", layer + "-file");
        options.put("discard", "unmap");
        options.put("backing", at == 0 ? null : layers.get(at - 1));
        tally.attempt(
                "put back",
                options,
                () -> monitor.execute("blockdev-reopen", "options", List.of(options)));
    }

    /** Checks an image whose backing file may be gone. */
    private void checkAlone(String layer) {
        JsonNode alone =
                QmpClient.object(
                        "driver",
                        "qcow2",
                        "backing",
                        NullNode.getInstance(),
                        "file",
                        QmpClient.object("driver", "file", "filename", file(layer).toString()));
        Tools.run("qemu-img", "check", "json:" + alone);
    }

    /** Returns once no stream runs any more, and what nobody uses is deleted. */
    void end() {
        for (String id : streams.keySet()) {
            tally.attempt("job-resume", id, () -> monitor.execute("job-resume", "id", id));
            tally.attempt(
                    "set-speed",
                    id,
                    () -> monitor.execute("block-job-set-speed", "device", id, "speed", 0));
        }
        finalizeAll();
        while (!streams.isEmpty()) {
            monitor.event(
                    "JOB_STATUS_CHANGE",
                    data -> data.path("status").asText().matches("null|pending"),
                    Duration.ofSeconds(60));
            collect();
            finalizeAll();
        }
        long limit = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!unused.isEmpty()) {
            assertTrue(System.nanoTime() < limit, () -> unused + " cannot be deleted");
            deleteUnused();
        }
    }

    private void finalizeAll() {
        for (String id : streams.keySet()) {
            tally.attempt("job-finalize", id, () -> monitor.execute("job-finalize", "id", id));
        }
    }

    /** Fails unless every image is clean and names the one below it. */
    void checkImages() {
        for (int i = 0; i < layers.size(); i++) {
            Path image = file(layers.get(i));
            String below = i == 0 ? "" : file(layers.get(i - 1)).toString();
            assertEquals(below, Images.info(image).path("full-backing-filename").asText());
            Images.checkClean(image);
        }
    }
}
