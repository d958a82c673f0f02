package org.ashlar.drivers.raw.internal.file;

import java.util.EnumSet;
import java.util.Set;
import org.ashlar.spi.Background;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.ReopenRequest;

/**
 * What one face of a node was told, and what follows from it. Immutable.
 *
 * @param settings what every node can be told
 * @param options what the drivers for host files can be told
 * @param background where the node asks for grace
 * @param buffers scratch memory
 */
record FileSetup(
        NodeSettings settings, FileOptions options, Background background, Buffers buffers) {

    private static final Set<Permission> WRITING =
            Set.of(Permission.WRITE, Permission.WRITE_UNCHANGED, Permission.RESIZE);

    /** What a face closes in the end. Immutable. */
    record Owned(OpenFile file, ImageLock lock) {

        /** Closes both. */
        void close() {
            file.close();
            lock.release();
        }
    }

    /** Returns how the file is to be open while the parents do {@code total}. */
    OpenMode mode(Permissions total) {
        boolean needed =
                !settings.autoReadOnly() || total.used().stream().anyMatch(WRITING::contains);
        return new OpenMode(!settings.readOnly() && needed, settings.direct());
    }

    /** Returns what others are told of {@code total}. */
    Permissions announced(Permissions total) {
        return settings.forceShare()
                ? new Permissions(total.used(), EnumSet.allOf(Permission.class))
                : total;
    }

    /** Returns what a node over a file of that alignment can do. */
    Capabilities capabilities(int alignment) {
        EnumSet<Feature> features = EnumSet.of(Feature.PARALLEL);
        if (!settings.direct()) {
            features.add(Feature.NON_BLOCKING);
        }
        if (!settings.readOnly()) {
            features.addAll(
                    Set.of(
                            Feature.WRITE,
                            Feature.RESIZE,
                            Feature.ZERO,
                            Feature.FAST_ZERO,
                            Feature.FUA,
                            Feature.DISCARD));
        }
        return new Capabilities(features, alignment, 1, Capabilities.DEFAULT_MAX_TRANSFER);
    }

    /** Returns what a reopen changes it to. */
    FileSetup changed(ReopenRequest request) throws BlockException {
        return new FileSetup(
                request.settings(),
                FileOptions.from(request.options(), request.settings()),
                request.background(),
                buffers);
    }

    /** Returns locks for a file just opened, if there are to be any. */
    ImageLock lock(Opener opener, OpenFile file, boolean active) throws BlockException {
        if (options.locking() == FileOptions.Locking.OFF) {
            return ImageLock.NONE;
        }
        if (ByteLocks.arePossible(opener.calls(), file.descriptor())) {
            return ByteLocks.on(opener, file.descriptor(), active);
        }
        if (options.locking() == FileOptions.Locking.ON) {
            throw BlockException.unsupported("locking=on: locking '" + opener.fileName() + "'");
        }
        return ImageLock.NONE;
    }

    /**
     * Opens the file once more for a face with this setup, beside one that serves with another;
     * both share the locks if both have any.
     */
    Owned reopen(HostFile host, Owned served) throws BlockException {
        OpenMode mode = mode(host.permissions());
        OpenFile file = host.opener().reopen(served.file().descriptor(), mode);
        try {
            host.refresh(file);
            return new Owned(file, lockBeside(host, file, served.lock()));
        } catch (BlockException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    private ImageLock lockBeside(HostFile host, OpenFile file, ImageLock served)
            throws BlockException {
        if (served != ImageLock.NONE && options.locking() != FileOptions.Locking.OFF) {
            return served.share();
        }
        ImageLock fresh = lock(host.opener(), file, host.isActive());
        try {
            fresh.hold(announced(host.permissions()));
            return fresh;
        } catch (BlockException refused) {
            fresh.release();
            throw refused;
        }
    }
}
