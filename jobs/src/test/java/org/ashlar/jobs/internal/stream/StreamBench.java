package org.ashlar.jobs.internal.stream;

import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;
import org.ashlar.tck.FaultyNode;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.Opening;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.ashlar.tck.RigSource;

/**
 * A chain of four layers in memory: top and base of 64 clusters, low in between, and mid, which is
 * half as long. Confined to one test.
 */
final class StreamBench implements AutoCloseable {
    static final int CLUSTER = OverlayDriver.CLUSTER;
    static final int LENGTH = 64 * CLUSTER;

    final Rig rig = new Rig();
    final OverlayDriver driver = new OverlayDriver();
    final RigNode base = open("base", LENGTH, Optional.empty());
    final RigNode low = open("low", LENGTH, Optional.of(base));
    final RigNode mid = open("mid", LENGTH / 2, Optional.of(low));
    final RigNode top;
    final FaultyNode midFaults = driver.faults("mid");
    final HeldNode midHolds = driver.holds("mid");
    final RigSource source;
    final FakeGraph graph;

    StreamBench() throws IOException {
        this(CLUSTER);
    }

    /** Makes a chain whose top tells of clusters of so many bytes. */
    StreamBench(long topCluster) throws IOException {
        top =
                rig.opening(driver)
                        .name("top")
                        .options(size(LENGTH).with("cluster-size", topCluster))
                        .child("backing", mid.node())
                        .open();
        source = rig.source(top);
        graph = describe(new FakeGraph());
    }

    FakeGraph describe(FakeGraph empty) {
        return empty.leaf("base")
                .overlay("low", "base", low.children().getFirst())
                .overlay("mid", "low", mid.children().getFirst())
                .overlay("top", "mid", top.children().getFirst());
    }

    private RigNode open(String name, long length, Optional<RigNode> below) throws IOException {
        Opening opening = rig.opening(driver).name(name).options(size(length));
        below.ifPresent(node -> opening.child("backing", node.node()));
        return opening.open();
    }

    private static OptionTree size(long length) {
        return OptionTree.typed(Map.of("size", length));
    }

    static byte[] cluster(int value) {
        byte[] bytes = new byte[CLUSTER];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** Fills clusters of a node, from {@code first} on. */
    static void fill(RigNode node, int first, int count, int value) throws IOException {
        for (int i = 0; i < count; i++) {
            node.write((long) (first + i) * CLUSTER, cluster(value));
        }
    }

    OverlayDriver.Overlay overlay() {
        return driver.overlay("top");
    }

    static StreamOptions options(Map<String, Object> more) throws IOException {
        return StreamOptions.of(
                OptionValues.check(
                        StreamOptions.ALL, OptionTree.typed(more).with("device", "top")));
    }

    StreamJob job(Map<String, Object> more) throws IOException {
        StreamOptions options = options(more);
        return new StreamJob(source.root(), StreamChain.find(graph, options), options);
    }

    /** Returns the job that streams mid alone. */
    StreamJob streamOfMid() {
        try {
            return job(Map.of("base-node", "low"));
        } catch (IOException wrong) {
            throw new AssertionError(wrong);
        }
    }

    /** Does what the switch of a completed job does, and returns the top's content after it. */
    byte[] contentOver(Optional<RigNode> newBase) throws IOException {
        if (newBase.isPresent()) {
            top.connect("backing", newBase.get().node());
        } else {
            top.disconnect("backing");
        }
        return content();
    }

    byte[] content() throws IOException {
        return top.read(0, LENGTH);
    }

    @Override
    public void close() throws IOException {
        rig.close();
    }
}
