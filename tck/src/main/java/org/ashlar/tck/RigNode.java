package org.ashlar.tck;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Child;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Face;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.option.OptionTree;

/**
 * A node opened by a {@link Rig}, with the calls a test makes; each is a request of its own unless
 * it is made through {@link #asChild}. Thread-safe, but for opening, reopening and closing.
 */
public final class RigNode implements AutoCloseable {
    private final Rig rig;
    private final BlockDriver driver;
    private final NodeSlot slot;
    private final RigBackground background;
    private final AtomicBoolean mayWrite;
    private final Child child;
    private final AtomicBoolean closed = new AtomicBoolean();

    RigNode(
            Rig rig,
            BlockDriver driver,
            NodeSlot slot,
            RigBackground background,
            AtomicBoolean mayWrite) {
        this.rig = rig;
        this.driver = driver;
        this.slot = slot;
        this.background = background;
        this.mayWrite = mayWrite;
        this.child = RigChild.root(slot);
    }

    /** Returns the node's name. */
    public String name() {
        return slot.name();
    }

    /** Returns the node as a child for others; it stays the same over a reopen. */
    public BlockNode node() {
        return slot;
    }

    /** Returns what the driver opened, or what serves since the last reopen. */
    public BlockNode face() {
        return slot.face();
    }

    /** Returns the test's edge to the node. */
    public Child asChild() {
        return child;
    }

    /** Returns the node's own edges, in the order they were attached. */
    public List<Child> children() {
        return slot.children().all();
    }

    /**
     * Lets one of the node's edges, vacant or not, lead to a node, as a graph change does; while no
     * request is in flight, for a rig keeps no snapshots.
     */
    public void connect(String edge, BlockNode other) {
        edge(edge).connect(Optional.of(rig.slotOf(other)));
    }

    /** Lets one of the node's edges lead nowhere; while no request is in flight. */
    public void disconnect(String edge) {
        edge(edge).connect(Optional.empty());
    }

    private RigChild edge(String edge) {
        if (rig.inFlight() > 0) {
            throw new IllegalStateException("requests in flight: " + rig.inFlight());
        }
        return slot.edges().stream()
                .filter(found -> found.name().equals(edge))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no edge '" + edge + "'"));
    }

    /** Returns what the node can do. */
    public Capabilities capabilities() {
        return slot.capabilities();
    }

    /** Returns the length in bytes. */
    public long length() throws IOException {
        try (RigRequest request = rig.request()) {
            return child.length(request);
        }
    }

    /** Reads {@code count} bytes. */
    public byte[] read(long offset, int count) throws IOException {
        byte[] bytes = new byte[count];
        try (RigRequest request = rig.request()) {
            child.read(request, offset, MemorySegment.ofArray(bytes));
        }
        return bytes;
    }

    /** Writes bytes. */
    public void write(long offset, byte[] bytes) throws IOException {
        write(offset, bytes, IoFlags.NONE);
    }

    /** Writes bytes with flags. */
    public void write(long offset, byte[] bytes, IoFlags flags) throws IOException {
        try (RigRequest request = rig.request()) {
            child.write(request, offset, MemorySegment.ofArray(bytes), flags);
        }
    }

    /** Zeroes a range. */
    public void zero(long offset, long length, IoFlags flags) throws IOException {
        try (RigRequest request = rig.request()) {
            child.zero(request, offset, length, flags);
        }
    }

    /** Discards a range. */
    public void discard(long offset, long length) throws IOException {
        try (RigRequest request = rig.request()) {
            child.discard(request, offset, length);
        }
    }

    /** Flushes. */
    public void flush() throws IOException {
        try (RigRequest request = rig.request()) {
            child.flush(request);
        }
    }

    /** Changes the length in bytes. */
    public void truncate(long newLength) throws IOException {
        try (RigRequest request = rig.request()) {
            child.truncate(request, newLength, Preallocation.OFF);
        }
    }

    /** Describes the extent at {@code offset}. */
    public Extent extentAt(long offset, long maxLength) throws IOException {
        try (RigRequest request = rig.request()) {
            return child.extentAt(request, offset, maxLength);
        }
    }

    /** Describes the whole node, extent by extent. */
    public List<Extent> map() throws IOException {
        List<Extent> all = new ArrayList<>();
        long end = length();
        for (long at = 0; at < end; at += all.getLast().length()) {
            all.add(extentAt(at, end - at));
        }
        return all;
    }

    /** Returns an optional service of the node. */
    public <F> Optional<F> facet(Class<F> type) {
        try (RigRequest request = rig.request()) {
            return child.facet(request, type);
        }
    }

    /** Lets a listener hear of changes of the mapping while the node tells of them. */
    void listen(RigBackground.MappingListener listener) {
        background.listen(listener);
    }

    /** Returns what the node told through its background, in order. */
    public List<Report> reports() {
        return background.reports();
    }

    /** Runs a schedule's work once on this thread; returns false if the gate is closed. */
    public boolean tick(String schedule) {
        return background.tick(schedule);
    }

    /** Closes the gate of the node's background work and waits until none runs. */
    public void drain() {
        background.drain();
    }

    /** Lets background work start again. */
    public void resume() {
        background.resume();
    }

    /** Stages new options, for a test that commits or gives up by itself. */
    public Face prepareReopen(OptionTree options, NodeSettings settings) throws IOException {
        try (RigRequest request = rig.request()) {
            return slot.prepareReopen(
                    new RigReopenRequest(
                            Opening.check(driver, driver.options(), options),
                            settings,
                            request,
                            background,
                            slot));
        }
    }

    /** Reopens the node; the old face is closed after grace, see {@link Rig#awaitGrace}. */
    public void reopen(OptionTree options, NodeSettings settings) throws IOException {
        Face face = prepareReopen(options, settings);
        BlockNode old = slot.face();
        slot.serveWith(face.node());
        mayWrite.set(!settings.readOnly());
        rig.grace().after(() -> closeQuietly(old));
    }

    private static void closeQuietly(BlockNode old) {
        try {
            old.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lets the node write everything out; afterwards a write to a child is refused. */
    public void inactivate() throws IOException {
        background.drain();
        try (RigRequest request = rig.request()) {
            slot.inactivate(request);
        }
        mayWrite.set(false);
    }

    /** Lets the node take the image over for writing. */
    public void activate() throws IOException {
        mayWrite.set(true);
        background.resume();
        try (RigRequest request = rig.request()) {
            slot.activate(request);
        }
    }

    /** Returns what the node hands over to another version. */
    public Map<String, Object> handOver() {
        return slot.face().handOver();
    }

    /** Inactivates and closes the node; does nothing the second time. */
    @Override
    public void close() throws IOException {
        if (closed.compareAndSet(false, true)) {
            if (mayWrite.get()) {
                inactivate();
            }
            release();
        }
    }

    /** Closes the node without letting it write anything: as after a power cut. */
    public void abandon() throws IOException {
        if (closed.compareAndSet(false, true)) {
            release();
        }
    }

    private void release() throws IOException {
        rig.remove(this);
        mayWrite.set(false);
        background.drain();
        rig.grace().awaitActions();
        slot.close();
        background.checkClean();
    }
}
