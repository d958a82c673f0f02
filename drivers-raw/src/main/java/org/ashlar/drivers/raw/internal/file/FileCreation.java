package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionValues;

/**
 * Creates a file of a given length, or checks that a device has it. Immutable.
 *
 * @param kind what is created
 * @param size the length in bytes
 * @param preallocation what becomes of the space
 * @param noCopyOnWrite whether to ask the file system not to copy on write
 * @param extentSizeHint the unit in which the file system should allocate, in bytes; 0 for none
 */
record FileCreation(
        FileKind kind,
        long size,
        Preallocation preallocation,
        boolean noCopyOnWrite,
        long extentSizeHint) {

    /** What the reference asks for, so that files that grow by small writes stay in few extents. */
    private static final long DEFAULT_EXTENT_SIZE_HINT = 1 << 20;

    /** The kernel takes 32 bits. */
    private static final long EXTENT_SIZE_HINT_MAX = 0xffff_ffffL;

    private static final long SECTOR = 512;

    private static final Option<Long> SIZE =
            Option.bytes("size").required().help("Virtual disk size");

    private static final Option<Preallocation> PREALLOCATION =
            Option.choice("preallocation", Preallocation.class)
                    .orElse(Preallocation.OFF)
                    .help("Preallocation mode (allowed values: off, falloc, full)");

    private static final Option<Boolean> NO_COW =
            Option.bool("nocow").orElse(false).help("Turn off copy-on-write (valid only on btrfs)");

    private static final Option<Long> EXTENT_SIZE_HINT =
            Option.bytes("extent-size-hint")
                    .orElse(DEFAULT_EXTENT_SIZE_HINT)
                    .help("Extent size hint for the image file, 0 to disable");

    static final List<Option<?>> FILE_OPTIONS =
            List.of(FileOptions.FILENAME, SIZE, PREALLOCATION, NO_COW, EXTENT_SIZE_HINT);

    static final List<Option<?>> DEVICE_OPTIONS =
            List.of(FileOptions.FILENAME, SIZE, PREALLOCATION);

    /** Writes and resizes; tolerates whoever does not resize. */
    private static final Permissions CREATING =
            new Permissions(
                    EnumSet.of(Permission.WRITE, Permission.RESIZE),
                    EnumSet.complementOf(EnumSet.of(Permission.RESIZE)));

    static FileCreation from(OptionValues values, FileKind kind) throws BlockException {
        if (values.get(SIZE) > Long.MAX_VALUE - SECTOR) {
            throw BlockException.invalid("The image size is too large for file format 'raw'");
        }
        long extentSizeHint = values.find(EXTENT_SIZE_HINT).orElse(0L);
        if (extentSizeHint > EXTENT_SIZE_HINT_MAX) {
            throw BlockException.invalid("Extent size hint is too large");
        }
        return new FileCreation(
                kind,
                lengthFor(values.get(SIZE)),
                values.get(PREALLOCATION),
                values.find(NO_COW).orElse(false),
                extentSizeHint);
    }

    /** A file that is not empty has a first sector: the reference writes it. */
    private static long lengthFor(long asked) {
        return asked > 0 ? Math.max(asked, SECTOR) : 0;
    }

    /** Creates it, locked against others meanwhile; may block. */
    void run(Opener opener, IoPool.Lane lane) throws IOException {
        OpenFile file =
                kind == FileKind.FILE ? opener.create() : opener.open(new OpenMode(true, false));
        try {
            runLocked(opener, lane, file);
        } finally {
            file.close();
        }
    }

    private void runLocked(Opener opener, IoPool.Lane lane, OpenFile file) throws IOException {
        ImageLock lock =
                ByteLocks.arePossible(opener.calls(), file.descriptor())
                        ? ByteLocks.on(opener, file.descriptor(), true)
                        : ImageLock.NONE;
        try {
            lock.hold(CREATING);
            fill(opener, new HostFile(opener, lane, file, true), file);
        } finally {
            lock.release();
        }
    }

    private void fill(Opener opener, HostFile host, OpenFile file) throws IOException {
        if (!host.isRegular()) {
            new Space.OfDevice(host, file).truncate(file, size, preallocation);
            Zeroes.write(file, 0, SECTOR); // What was there must not be found by its first bytes.
            return;
        }
        Space space = new Space.OfFile(host);
        space.truncate(file, 0, Preallocation.OFF); // Nothing of an older file may stay.
        if (noCopyOnWrite) {
            opener.calls().setNoCow(file.descriptor());
        }
        if (extentSizeHint > 0) {
            opener.calls().setExtentSizeHint(file.descriptor(), extentSizeHint);
        }
        space.truncate(file, size, preallocation);
    }
}
