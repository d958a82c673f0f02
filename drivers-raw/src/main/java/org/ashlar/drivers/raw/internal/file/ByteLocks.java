package org.ashlar.drivers.raw.internal.file;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;

/**
 * Tells other programs, by locks on bytes of the image, what is done with it: the reference's
 * protocol. A shared lock on byte {@code 100 + i} says that permission {@code i} is used, one on
 * {@code 200 + i} that it is not shared; nobody ever takes an exclusive one. Whoever comes first
 * takes its locks and then looks whether others have the opposite ones.
 *
 * <p>The locks belong to an open file description, hence also keep out other nodes of this process.
 * They outlive every other descriptor of it: this holds one of its own. Guarded by itself; the lock
 * is held over calls that do not wait.
 *
 * <ul>
 *   <li>I1: {@link #held} is exactly what the kernel has locked for this description.
 *   <li>I2: whatever is held was, when it was taken, in nobody's way.
 *   <li>I3: while inactive nothing but reading is announced, and everything is shared.
 * </ul>
 */
final class ByteLocks implements ImageLock {
    private static final int USED = 100;
    private static final int UNSHARED = 200;

    /** Permission {@code i} of the protocol. */
    private static final List<Permission> ORDER =
            List.of(
                    Permission.CONSISTENT_READ,
                    Permission.WRITE,
                    Permission.WRITE_UNCHANGED,
                    Permission.RESIZE);

    private static final int BITS = ORDER.size();

    private final SystemCalls calls;
    private final String fileName;
    private final int descriptor;

    @GuardedBy("this")
    private int owners = 1;

    /** Bit {@code i} for byte {@code USED + i}, bit {@code BITS + i} for {@code UNSHARED + i}. */
    @GuardedBy("this")
    private int held;

    @GuardedBy("this")
    private Permissions wanted = Permissions.NONE;

    @GuardedBy("this")
    private boolean active;

    private ByteLocks(
            SystemCalls calls, String fileName, int descriptor, int held, boolean active) {
        this.calls = calls;
        this.fileName = fileName;
        this.descriptor = descriptor;
        this.held = held;
        this.active = active;
    }

    /** Returns the locks of an open file description that has none yet. */
    static ByteLocks on(Opener opener, int openDescriptor, boolean active) throws BlockException {
        return takenOver(opener, openDescriptor, 0, active);
    }

    /**
     * Returns the locks of an open file description on which another version of the driver has
     * taken some.
     */
    static ByteLocks takenOver(Opener opener, int openDescriptor, int held, boolean active)
            throws BlockException {
        long duplicate = opener.calls().duplicate(openDescriptor);
        if (duplicate < 0) {
            throw opener.calls().failure("Could not lock '" + opener.fileName() + "'", duplicate);
        }
        return new ByteLocks(opener.calls(), opener.fileName(), (int) duplicate, held, active);
    }

    /** Returns whether the kernel has locks that belong to an open file description. */
    static boolean arePossible(SystemCalls calls, int descriptor) {
        return calls.isLockedElsewhere(descriptor, USED) >= 0;
    }

    @Override
    public synchronized ImageLock share() {
        owners++;
        return this;
    }

    @Override
    public synchronized void release() {
        owners--;
        assert owners >= 0;
        if (owners == 0) {
            calls.close(descriptor);
        }
    }

    @Override
    public synchronized void hold(Permissions total) throws BlockException {
        move(bitsOf(active ? total : harmless(total)));
        wanted = total;
    }

    @Override
    public synchronized void activate() throws BlockException {
        move(bitsOf(wanted));
        active = true;
    }

    @Override
    public synchronized void inactivate() throws BlockException {
        move(bitsOf(harmless(wanted)));
        active = false;
    }

    /** Returns the descriptor that has the locks, for another version of the driver. */
    int descriptor() {
        return descriptor;
    }

    /** Returns what is locked, for another version of the driver. */
    synchronized int held() {
        return held;
    }

    /** I3. */
    private static Permissions harmless(Permissions total) {
        Set<Permission> used = EnumSet.noneOf(Permission.class);
        if (total.uses(Permission.CONSISTENT_READ)) {
            used.add(Permission.CONSISTENT_READ);
        }
        return new Permissions(used, EnumSet.allOf(Permission.class));
    }

    private static int bitsOf(Permissions total) {
        int bits = 0;
        for (int i = 0; i < BITS; i++) {
            if (total.uses(ORDER.get(i))) {
                bits |= 1 << i;
            }
            if (!total.shared().contains(ORDER.get(i))) {
                bits |= 1 << (BITS + i);
            }
        }
        return bits;
    }

    private static int byteOf(int bit) {
        return bit < BITS ? USED + bit : UNSHARED + bit - BITS;
    }

    /** Takes what is missing, looks for conflicts, and only then gives back what is too much. */
    @GuardedBy("this")
    private void move(int bits) throws BlockException {
        int before = held;
        try {
            take(bits & ~before);
            check(bits & ~before);
        } catch (BlockException refused) {
            drop(held & ~before);
            throw refused;
        }
        drop(held & ~bits);
        assert held == bits; // I1
    }

    @GuardedBy("this")
    private void take(int missing) throws BlockException {
        for (int bit = 0; bit < 2 * BITS; bit++) {
            if ((missing & 1 << bit) != 0) {
                long result = calls.lockShared(descriptor, byteOf(bit));
                if (result < 0) {
                    throw calls.failure("Failed to lock byte " + byteOf(bit), result);
                }
                held |= 1 << bit;
            }
        }
    }

    /** I2: what is newly used nobody may refuse to share, what is newly unshared nobody may use. */
    @GuardedBy("this")
    private void check(int missing) throws BlockException {
        for (int i = 0; i < BITS; i++) {
            if ((missing & 1 << i) != 0) {
                checkByte(UNSHARED + i, "", ORDER.get(i));
            }
            if ((missing & 1 << (BITS + i)) != 0) {
                checkByte(USED + i, "shared ", ORDER.get(i));
            }
        }
    }

    @GuardedBy("this")
    private void checkByte(int offset, String mode, Permission permission) throws BlockException {
        long result = calls.isLockedElsewhere(descriptor, offset);
        if (result < 0) {
            throw calls.failure("Failed to test the lock of byte " + offset, result);
        }
        if (result > 0) {
            String lock = "Failed to get %s\"%s\" lock".formatted(mode, nameOf(permission));
            throw new BlockException(BlockException.Kind.NOT_PERMITTED, lock)
                    .withHint("Is another process using the image [" + fileName + "]?");
        }
    }

    private static String nameOf(Permission permission) {
        return permission.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** An unlock of a lock that is held does not fail. */
    @GuardedBy("this")
    private void drop(int superfluous) {
        for (int bit = 0; bit < 2 * BITS; bit++) {
            if ((superfluous & 1 << bit) != 0) {
                calls.unlock(descriptor, byteOf(bit));
            }
        }
        held &= ~superfluous;
    }
}
