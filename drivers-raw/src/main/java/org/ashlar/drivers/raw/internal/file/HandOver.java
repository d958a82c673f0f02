package org.ashlar.drivers.raw.internal.file;

import java.util.HashMap;
import java.util.Map;
import org.ashlar.drivers.raw.internal.file.FileSetup.Owned;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;

/**
 * What a version of the driver tells the next about an open file: JDK values by name, version 1.
 * With it the next version serves the same file even if its path names another one by now, and its
 * locks belong to the same open file description. Stateless.
 */
final class HandOver {
    private static final String DESCRIPTOR = "file.1.descriptor";
    private static final String LOCK_DESCRIPTOR = "file.1.lock-descriptor";
    private static final String LOCK_HELD = "file.1.lock-held";
    private static final String FLUSH_ERROR = "file.1.flush-error";

    private HandOver() {}

    static Map<String, Object> of(Owned owned, long flushError) {
        Map<String, Object> state = new HashMap<>();
        state.put(DESCRIPTOR, (long) owned.file().descriptor());
        state.put(FLUSH_ERROR, flushError);
        if (owned.lock() instanceof ByteLocks locks) {
            state.put(LOCK_DESCRIPTOR, (long) locks.descriptor());
            state.put(LOCK_HELD, (long) locks.held());
        }
        return Map.copyOf(state);
    }

    /**
     * Opens the file, or the one that an earlier version hands over.
     *
     * @param active whether locks may announce writing already
     */
    static Owned open(Opener opener, FileSetup setup, Map<String, Object> state, boolean active)
            throws BlockException {
        OpenMode mode = setup.mode(Permissions.NONE);
        OpenFile file =
                state.get(DESCRIPTOR) instanceof Long descriptor
                        ? opener.reopen(descriptor.intValue(), mode)
                        : opener.open(mode);
        try {
            return new Owned(file, lock(opener, setup, state, file, active));
        } catch (BlockException | RuntimeException | Error failed) {
            file.close();
            throw failed;
        }
    }

    private static ImageLock lock(
            Opener opener,
            FileSetup setup,
            Map<String, Object> state,
            OpenFile file,
            boolean active)
            throws BlockException {
        boolean wanted = setup.options().locking() != FileOptions.Locking.OFF;
        if (wanted
                && state.get(LOCK_DESCRIPTOR) instanceof Long descriptor
                && state.get(LOCK_HELD) instanceof Long held) {
            return ByteLocks.takenOver(opener, descriptor.intValue(), held.intValue(), active);
        }
        return setup.lock(opener, file, active);
    }

    /** Returns the error that flushes failed with before, negated, or 0. */
    static long flushError(Map<String, Object> state) {
        return state.get(FLUSH_ERROR) instanceof Long error ? error : 0;
    }
}
