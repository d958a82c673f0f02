package org.ashlar.tck;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Children;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Face;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;

/**
 * A place in a rig that a node serves: what stays when a reopen puts another face into it. Knows
 * the node's children, which the node's own {@code capabilities} are asked over. Thread-safe.
 */
final class NodeSlot implements BlockNode {
    private final String name;
    private final List<RigChild> edges = new CopyOnWriteArrayList<>();
    private final ReentrantLock turn = new ReentrantLock();
    private final ReentrantReadWriteLock blocks = new ReentrantReadWriteLock();

    /** Written by {@link #serveWith} alone. */
    private volatile BlockNode face;

    NodeSlot(String name, BlockNode face) {
        this.name = name;
        this.face = face;
    }

    String name() {
        return name;
    }

    BlockNode face() {
        return face;
    }

    void serveWith(BlockNode newFace) {
        face = newFace;
    }

    void addEdge(RigChild edge) {
        edges.add(edge);
    }

    /** Returns every edge, those that lead nowhere included. */
    List<RigChild> edges() {
        return edges;
    }

    /** Returns the edge of that name, replaced by one in that role if it has another. */
    RigChild edge(String name, ChildRole role) {
        for (RigChild edge : edges) {
            if (edge.name().equals(name)) {
                RigChild wanted = edge.role() == role ? edge : edge.inRole(role);
                edges.set(edges.indexOf(edge), wanted);
                return wanted;
            }
        }
        throw new IllegalArgumentException("no edge '" + name + "'");
    }

    Children children() {
        return new Children(
                edges.stream().filter(RigChild::isAttached).map(Child.class::cast).toList());
    }

    /** Returns the lock that lets one request at a time into a node that is not parallel. */
    ReentrantLock turn() {
        return turn;
    }

    /**
     * Returns the lock that a read-modify-write of the node's blocks has alone, and other changes
     * share.
     */
    ReentrantReadWriteLock blocks() {
        return blocks;
    }

    Capabilities capabilities() {
        return capabilities(Map.of());
    }

    /**
     * Returns what the node can do over the children it has; what it is handed is not looked at.
     */
    @Override
    public Capabilities capabilities(Map<String, Capabilities> unused) {
        Map<String, Capabilities> below = new LinkedHashMap<>();
        edges.stream()
                .filter(RigChild::isAttached)
                .forEach(edge -> below.put(edge.name(), edge.slot().capabilities()));
        return face.capabilities(below);
    }

    @Override
    public long length(Request request) throws IOException {
        return face.length(request);
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        face.read(request, offset, into);
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        face.write(request, offset, from, flags);
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        face.zero(request, offset, length, flags);
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        face.discard(request, offset, length);
    }

    @Override
    public void flush(Request request) throws IOException {
        face.flush(request);
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        return face.extentAt(request, offset, maxLength);
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        face.truncate(request, newLength, preallocation);
    }

    @Override
    public void holdPermissions(Permissions total) throws IOException {
        face.holdPermissions(total);
    }

    @Override
    public Face prepareReopen(ReopenRequest request) throws IOException {
        return face.prepareReopen(request);
    }

    @Override
    public void inactivate(Request request) throws IOException {
        face.inactivate(request);
    }

    @Override
    public void activate(Request request) throws IOException {
        face.activate(request);
    }

    @Override
    public <F> Optional<F> facet(Request request, Class<F> type) {
        return face.facet(request, type);
    }

    @Override
    public void close() throws IOException {
        face.close();
    }
}
