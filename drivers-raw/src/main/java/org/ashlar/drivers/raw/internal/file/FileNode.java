package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import org.ashlar.drivers.raw.internal.file.FileSetup.Owned;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Extent;
import org.ashlar.spi.Face;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.image.ImageInfo;

/**
 * A file or block device of the host. Thread-safe.
 *
 * <p>A thread that may wait makes its system calls itself. For one that must not (a virtual thread,
 * whose carrier would wait too, or a request that says so) what the page cache holds is read, and
 * what goes to the page cache is written, at once; the rest a virtual thread hands to the pool, and
 * a request that must not block is refused before anything has happened.
 *
 * <ul>
 *   <li>I1: a request reads {@link #file} once; a file that was replaced is closed after grace.
 *   <li>I2: an open file that may be written has whatever writing the parents announced behind it:
 *       with {@code auto-read-only} it is opened for writing when they do and no longer.
 * </ul>
 */
final class FileNode implements BlockNode, ImageInfo {
    private final HostFile host;
    private final FileSetup setup;
    private final Bounce bounce;
    private final Space space;
    private final ImageLock lock;

    /** Written by control calls, of which there is one at a time. */
    private volatile OpenFile file;

    FileNode(HostFile host, FileSetup setup, Owned owned) {
        this.host = host;
        this.setup = setup;
        this.bounce = new Bounce(setup.buffers());
        this.file = owned.file();
        this.lock = owned.lock();
        this.space = host.isRegular() ? new Space.OfFile(host) : new Space.OfDevice(host, file);
    }

    @Override
    public long length(Request request) {
        return host.shownLength();
    }

    @Override
    public Capabilities capabilities(Map<String, Capabilities> children) {
        return setup.capabilities(file.offsetAlignment());
    }

    @Override
    public void read(Request request, long offset, MemorySegment into) throws IOException {
        OpenFile from = file;
        if (mayWait(request)) {
            bounce.read(from, offset, into);
        } else if (from.mode().direct() || !bounce.readCached(from, offset, into)) {
            checkMayWait(request);
            host.lane().run(() -> bounce.read(from, offset, into));
        }
    }

    @Override
    public void write(Request request, long offset, MemorySegment from, IoFlags flags)
            throws IOException {
        OpenFile to = file;
        boolean durable = isDurable(flags);
        if (mayWait(request)) {
            writeWhole(to, offset, from, durable);
        } else if (durable || to.mode().direct() || !writeInline(to, offset, from)) {
            checkMayWait(request);
            host.lane().run(() -> writeWhole(to, offset, from, durable));
        }
    }

    private void writeWhole(OpenFile to, long offset, MemorySegment from, boolean durable)
            throws IOException {
        bounce.write(to, offset, from);
        host.landed(offset + from.byteSize());
        if (durable) {
            host.flush(to);
        }
    }

    /** Returns false, having written nothing, if the write might wait. */
    private boolean writeInline(OpenFile to, long offset, MemorySegment from) throws IOException {
        OpenFile.Attempt attempt =
                to.takes(from) ? to.tryWrite(offset, from) : OpenFile.Attempt.NOT_KNOWN;
        boolean written =
                switch (attempt) {
                    case DONE -> true;
                    case WOULD_WAIT -> false;
                    case NOT_KNOWN -> writeIfAdmitted(to, offset, from);
                };
        if (written) {
            host.landed(offset + from.byteSize());
        }
        return written;
    }

    private boolean writeIfAdmitted(OpenFile to, long offset, MemorySegment from)
            throws IOException {
        InlineWrites inline = host.inlineWrites();
        if (!inline.admit(to, offset, from.byteSize())) {
            return false;
        }
        long began = inline.began();
        bounce.write(to, offset, from);
        inline.ended(began);
        return true;
    }

    @Override
    public void zero(Request request, long offset, long length, IoFlags flags) throws IOException {
        OpenFile to = file;
        checkMayWait(request);
        host.lane()
                .run(() -> {
                    space.zero(to, offset, length, flags);
                    if (isDurable(flags)) {
                        host.flush(to);
                    }
                });
    }

    @Override
    public void discard(Request request, long offset, long length) throws IOException {
        OpenFile to = file;
        checkMayWait(request);
        host.lane().run(() -> space.discard(to, offset, length));
    }

    @Override
    public void flush(Request request) throws IOException {
        OpenFile to = file;
        if (!setup.settings().noFlush()) {
            checkMayWait(request);
            host.lane().run(() -> host.flush(to));
        }
    }

    @Override
    public Extent extentAt(Request request, long offset, long maxLength) throws IOException {
        OpenFile from = file;
        Extent remembered = host.dataRegions().remembered(offset, maxLength);
        if (remembered != null) {
            return remembered;
        }
        checkMayWait(request);
        return host.lane()
                .call(() -> host.dataRegions().find(from, host.length(), offset, maxLength));
    }

    @Override
    public void truncate(Request request, long newLength, Preallocation preallocation)
            throws IOException {
        OpenFile to = file;
        checkMayWait(request);
        host.lane().run(() -> space.truncate(to, newLength, preallocation));
    }

    private boolean isDurable(IoFlags flags) {
        return flags.has(IoFlags.FUA) && !setup.settings().noFlush();
    }

    private static boolean mayWait(Request request) {
        return !request.mustNotBlock() && !Thread.currentThread().isVirtual();
    }

    /** Comes before whatever may wait, and before anything is allocated for it. */
    private static void checkMayWait(Request request) throws BlockException {
        if (request.mustNotBlock()) {
            throw BlockException.wouldBlock();
        }
        request.checkAlive();
    }

    @Override
    public void holdPermissions(Permissions total) throws IOException {
        host.lane().run(() -> hold(total));
    }

    /** Opens before it locks, so that a refusal leaves everything as it was. */
    private void hold(Permissions total) throws IOException {
        OpenFile before = file;
        OpenFile after = opened(before, setup.mode(total));
        try {
            lock.hold(setup.announced(total));
        } catch (BlockException refused) {
            if (after != before) {
                after.close();
            }
            throw refused;
        }
        host.permissions(total);
        if (after != before) {
            file = after; // I2
            setup.background().afterGrace(before::close); // I1
        }
    }

    /** Returns the file open in some mode; giving up the right to write cannot fail. */
    private OpenFile opened(OpenFile now, OpenMode mode) throws BlockException {
        if (mode.isSameAs(now.mode())) {
            return now;
        }
        try {
            return host.opener().reopen(now.descriptor(), mode);
        } catch (BlockException refused) {
            if (mode.writable()) {
                throw refused;
            }
            return now;
        }
    }

    @Override
    public Face prepareReopen(ReopenRequest request) throws IOException {
        FileSetup next = setup.changed(request);
        return host.lane()
                .call(() -> {
                    Owned owned = next.reopen(host, new Owned(file, lock));
                    return new Face(new FileNode(host, next, owned), true);
                });
    }

    /** Flushes, and announces no more writing. */
    @Override
    public void inactivate(Request request) throws IOException {
        host.lane().run(this::giveUp);
    }

    private void giveUp() throws IOException {
        if (!setup.settings().readOnly() && !setup.settings().noFlush()) {
            host.flush(file);
        }
        lock.inactivate();
        host.active(false);
    }

    /** Announces what the parents do, and forgets what was known of the file. */
    @Override
    public void activate(Request request) throws IOException {
        host.lane().run(this::takeOver);
    }

    private void takeOver() throws IOException {
        OpenFile taken = file;
        lock.activate();
        host.active(true);
        if (setup.options().dropCache() && !taken.mode().direct()) {
            taken.dropCache();
        }
        host.dataRegions().forget();
        host.refresh(taken);
    }

    @Override
    public Map<String, Object> handOver() {
        return HandOver.of(new Owned(file, lock), host.flushError());
    }

    @Override
    public long allocatedBytes(Request request) throws IOException {
        OpenFile from = file;
        return host.lane().call(() -> from.status().allocated());
    }

    @Override
    public void close() throws IOException {
        Owned last = new Owned(file, lock);
        host.lane().run(last::close);
    }
}
