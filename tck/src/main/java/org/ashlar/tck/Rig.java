package org.ashlar.tck;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.option.OptionTree;

/**
 * Opens and drives the nodes of any driver without the core, over fakes. It checks what the core
 * checks, emulates what the core emulates, and counts requests, buffers and background work, so
 * that {@link #close} can tell what a driver left behind.
 *
 * {@snippet :
 * try (Rig rig = new Rig()) {
 *     FaultyNode file = new FaultyNode(new MemoryNode(0));
 *     rig.create(driver, OptionTree.dotted(Map.of("size", "1M")), file);
 *     RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file));
 *     disk.write(4096, "stone".getBytes(US_ASCII));
 *     file.fail(Operation.READ, 1, BlockException.Kind.IO);
 *     assertThrows(BlockException.class, () -> disk.read(4096, 5));
 *     RigNode filter = rig.open(other, OptionTree.empty(), Map.of("file", disk.node()));
 * } // closes what is open, the last opened first; fails if a request, buffer or schedule is left
 * }
 *
 * <p>Settings, backing files that the image names, inactive opens and hand-over: {@link #opening}.
 * For a test's own calls to a node: {@link #request} and {@link RigNode#asChild}. For exports and
 * jobs: {@link RigSource}. Forced interleavings: {@link HeldNode}. Crashes: {@link RecordingNode}.
 *
 * <p>Thread-safe: guarded by its own monitor; nodes are opened and closed by one thread at a time.
 */
public final class Rig implements AutoCloseable {
    private final Grace grace = new Grace();
    private final RigBuffers buffers = new RigBuffers();

    @GuardedBy("this")
    private final IdentityHashMap<BlockNode, NodeSlot> slots = new IdentityHashMap<>();

    @GuardedBy("this")
    private final List<RigNode> nodes = new ArrayList<>();

    /** Opens a node over children by edge name, such as {@code file} or {@code children.0}. */
    public RigNode open(
            BlockDriver driver, OptionTree options, Map<String, ? extends BlockNode> children)
            throws IOException {
        return opening(driver).options(options).children(children).open();
    }

    /** Begins to say what to open, where {@link #open} does not say enough. */
    public Opening opening(BlockDriver driver) {
        return new Opening(this, driver, driver.name() + "-" + count());
    }

    /** Creates an image of a format onto {@code file}. */
    public void create(BlockDriver driver, OptionTree options, BlockNode file) throws IOException {
        create(driver, options, Map.of("file", file));
    }

    /** Creates an image onto several nodes by name, or storage with none. */
    public void create(
            BlockDriver driver, OptionTree options, Map<String, ? extends BlockNode> files)
            throws IOException {
        try (RigRequest request = request()) {
            driver.create(
                    new RigCreateRequest(
                            this,
                            Opening.check(driver, driver.createOptions(), options),
                            files,
                            request));
        }
    }

    /** Makes a source of requests, as a job or an export has one, with an edge to each node. */
    public RigSource source(RigNode... roots) {
        return new RigSource(this, Stream.of(roots).map(RigNode::asChild).toList());
    }

    /** Begins a request; it is in flight until it is closed. */
    public RigRequest request() {
        return new RigRequest(grace, false);
    }

    /** Begins a request that must not block. */
    public RigRequest hurriedRequest() {
        return new RigRequest(grace, true);
    }

    /** Returns an edge of the test's own to a node. */
    public Child edgeTo(BlockNode node) {
        return RigChild.root(slotOf(node));
    }

    /** Returns scratch memory whose misuse shows. */
    public Buffers buffers() {
        return buffers;
    }

    /** Returns how many requests are in flight. */
    public int inFlight() {
        return grace.inFlight();
    }

    /** Waits until every action that waited for grace has run. */
    public void awaitGrace() {
        grace.awaitActions();
    }

    /**
     * Closes what is open, the last opened first.
     *
     * @throws AssertionError if a request, a buffer or background work is left
     */
    @Override
    public void close() throws IOException {
        for (RigNode node : openNodes().reversed()) {
            node.close();
        }
        grace.awaitActions();
        if (grace.inFlight() > 0 || buffers.inUse() > 0) {
            throw new AssertionError(
                    "left behind: "
                            + grace.inFlight()
                            + " requests, "
                            + buffers.inUse()
                            + " buffers");
        }
    }

    Grace grace() {
        return grace;
    }

    /** Makes the place of a node that is being opened; nothing serves it yet. */
    synchronized NodeSlot newSlot(String name) {
        return new NodeSlot(name, NotOpen.NODE);
    }

    synchronized RigNode add(RigNode node) {
        nodes.add(node);
        return node;
    }

    synchronized void remove(RigNode node) {
        nodes.remove(node);
    }

    /** Returns the place of a node, the same one each time. */
    synchronized NodeSlot slotOf(BlockNode node) {
        if (node instanceof NodeSlot slot) {
            return slot;
        }
        return slots.computeIfAbsent(
                node,
                fake -> {
                    NodeSlot slot =
                            new NodeSlot(
                                    fake.getClass().getSimpleName() + "-" + slots.size(), fake);
                    if (fake instanceof InterceptingNode fakeOver) {
                        slotOf(fakeOver.below()).edges().forEach(slot::addEdge);
                    }
                    return slot;
                });
    }

    private synchronized List<RigNode> openNodes() {
        return List.copyOf(nodes);
    }

    private synchronized int count() {
        return nodes.size();
    }
}
