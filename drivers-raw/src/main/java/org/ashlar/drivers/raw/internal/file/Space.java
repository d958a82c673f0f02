package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import org.ashlar.drivers.raw.internal.linux.Errno;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.option.Option;

/**
 * Allocates and frees the space of a file: zeroes, holes, length. Calls may block. Thread-safe;
 * remembers what the file system cannot do.
 */
sealed interface Space permits Space.OfFile, Space.OfDevice {

    /** Makes the range read as zeroes. */
    void zero(OpenFile file, long offset, long length, IoFlags flags) throws IOException;

    /** Frees the range if that can be done; what it reads as afterwards is undefined. */
    void discard(OpenFile file, long offset, long length) throws IOException;

    /** Sets the length; undone as a whole if the preallocation fails. */
    void truncate(OpenFile file, long newLength, Preallocation preallocation) throws IOException;

    /** Writes zeroes, or refuses to where only a fast way is wanted. */
    private static void writeZeroes(OpenFile file, long offset, long length, IoFlags flags)
            throws IOException {
        if (flags.has(IoFlags.NO_FALLBACK)) {
            throw BlockException.unsupported("zeroing faster than by writing");
        }
        Zeroes.write(file, offset, length);
    }

    /** The space of a regular file. Thread-safe. */
    final class OfFile implements Space {
        private final HostFile host;

        /** Whether the file system makes holes; cleared by the first refusal. */
        private volatile boolean punches = true;

        /** Whether the file system zeroes ranges; cleared by the first refusal. */
        private volatile boolean zeroes = true;

        OfFile(HostFile host) {
            this.host = host;
        }

        @Override
        public void zero(OpenFile file, long offset, long length, IoFlags flags)
                throws IOException {
            long inside = inside(offset, length); // There are no holes past the end.
            boolean unmap = flags.has(IoFlags.MAY_UNMAP) && punch(file, offset, inside);
            long done = unmap ? inside : 0;
            long start = offset + done;
            long rest = length - done;
            if (rest > 0 && !zeroRange(file, start, rest) && !punchAndFill(file, start, rest)) {
                writeZeroes(file, start, rest, flags);
            }
            host.dataRegions().forget();
            host.landed(offset + length);
        }

        @Override
        public void discard(OpenFile file, long offset, long length) throws IOException {
            punch(file, offset, inside(offset, length));
            host.dataRegions().forget();
        }

        /** Returns how much of a range lies before the end of the file. */
        private long inside(long offset, long length) {
            return Math.clamp(host.length() - offset, 0, length);
        }

        /** Makes a hole, unless the file system cannot; the range ends before the file does. */
        private boolean punch(OpenFile file, long offset, long length) throws IOException {
            if (punches && length > 0) {
                int how = SystemCalls.FALLOC_PUNCH_HOLE | SystemCalls.FALLOC_KEEP_SIZE;
                punches = done(file.allocate(how, offset, length), file, offset, length);
            }
            return punches;
        }

        /** Makes a hole and allocates it again: what a file system without zero range can do. */
        private boolean punchAndFill(OpenFile file, long offset, long length) throws IOException {
            return punch(file, offset, inside(offset, length))
                    && done(file.allocate(0, offset, length), file, offset, length);
        }

        /** Zeroes a range without making it a hole; it may reach past the end. */
        private boolean zeroRange(OpenFile file, long offset, long length) throws IOException {
            if (zeroes) {
                long result = file.allocate(SystemCalls.FALLOC_ZERO_RANGE, offset, length);
                zeroes = done(result, file, offset, length);
            }
            return zeroes;
        }

        private static boolean done(long result, OpenFile file, long offset, long length)
                throws IOException {
            if (result < 0 && !Errno.isUnsupported(result)) {
                throw file.failure("Could not zero or discard", offset, length, result);
            }
            return result == 0;
        }

        @Override
        public void truncate(OpenFile file, long newLength, Preallocation preallocation)
                throws IOException {
            long oldLength = host.length();
            if (preallocation != Preallocation.OFF && newLength < oldLength) {
                throw BlockException.invalid("Preallocation can only be used for growing images");
            }
            OpenFile cached = throughThePageCache(file);
            try {
                grow(cached, oldLength, newLength, preallocation);
            } catch (IOException | RuntimeException | Error failed) {
                file.setLength(oldLength);
                throw failed;
            } finally {
                if (cached != file) {
                    cached.close();
                }
            }
            host.resized(newLength);
        }

        /** Zeroes are written up to any length, which O_DIRECT would not let be. */
        private OpenFile throughThePageCache(OpenFile file) throws BlockException {
            return file.mode().direct()
                    ? host.opener().reopen(file.descriptor(), new OpenMode(true, false))
                    : file;
        }

        private static void grow(
                OpenFile file, long oldLength, long newLength, Preallocation preallocation)
                throws IOException {
            switch (preallocation) {
                case OFF -> setLength(file, newLength);
                case FALLOC -> allocate(file, oldLength, newLength);
                case FULL -> fill(file, oldLength, newLength);
                case METADATA -> throw unsupported(preallocation);
            }
            if (oldLength == 0 && preallocation != Preallocation.FULL) {
                allocateFirstBlock(file, newLength);
            }
        }

        private static void setLength(OpenFile file, long newLength) throws IOException {
            long result = file.setLength(newLength);
            if (result == -Errno.EFBIG) {
                throw BlockException.invalid("The image size is too large for file format 'raw'");
            }
            if (result < 0) {
                throw file.failure("Failed to resize the file", result);
            }
        }

        private static void allocate(OpenFile file, long oldLength, long newLength)
                throws IOException {
            long result =
                    newLength == oldLength ? 0 : file.allocate(0, oldLength, newLength - oldLength);
            if (result < 0) {
                throw file.failure("Could not preallocate new data", result);
            }
        }

        private static void fill(OpenFile file, long oldLength, long newLength) throws IOException {
            setLength(file, newLength);
            try {
                Zeroes.write(file, oldLength, newLength - oldLength);
            } catch (BlockException failed) {
                throw new BlockException(
                        failed.kind(),
                        "Could not write zeros for preallocation: " + reason(failed),
                        failed);
            }
            long result = file.sync();
            if (result < 0) {
                throw file.failure("Could not flush the preallocated data", result);
            }
        }

        private static String reason(BlockException failed) {
            String message = String.valueOf(failed.getMessage());
            return message.substring(message.lastIndexOf(": ") + 2);
        }

        /**
         * Writes the first block of a new file: what O_DIRECT wants of a file can be found out only
         * where there are data. The reference does the same; tools print the space taken.
         */
        private static void allocateFirstBlock(OpenFile file, long newLength) throws IOException {
            Zeroes.write(file, 0, Math.min(newLength, Zeroes.FIRST_BLOCK));
        }
    }

    /** The space of a block device. Thread-safe. */
    final class OfDevice implements Space {
        private final HostFile host;
        private final long sector;

        /** Whether the device discards; cleared by the first refusal. */
        private volatile boolean discards = true;

        OfDevice(HostFile host, OpenFile file) {
            this.host = host;
            long size = host.opener().calls().ioctlGet(file.descriptor(), SystemCalls.BLKSSZGET);
            this.sector = Math.max(size, 512);
        }

        @Override
        public void zero(OpenFile file, long offset, long length, IoFlags flags)
                throws IOException {
            long start = (offset + sector - 1) & -sector;
            long end = (offset + length) & -sector;
            if (start >= end) {
                writeZeroes(file, offset, length, flags);
                return;
            }
            zeroSectors(file, start, end - start, flags);
            Zeroes.write(file, offset, start - offset);
            Zeroes.write(file, end, offset + length - end);
        }

        /** A device zeroes by unmapping, and if it cannot the kernel writes zeroes for us. */
        private void zeroSectors(OpenFile file, long offset, long length, IoFlags flags)
                throws IOException {
            int punch = SystemCalls.FALLOC_PUNCH_HOLE | SystemCalls.FALLOC_KEEP_SIZE;
            if (flags.has(IoFlags.MAY_UNMAP) && file.allocate(punch, offset, length) == 0) {
                return;
            }
            if (flags.has(IoFlags.NO_FALLBACK)) {
                throw BlockException.unsupported("zeroing faster than by writing");
            }
            long result = file.device(SystemCalls.BLKZEROOUT, offset, length);
            if (Errno.isUnsupported(result)) {
                Zeroes.write(file, offset, length);
            } else if (result < 0) {
                throw file.failure("Could not zero", offset, length, result);
            }
        }

        @Override
        public void discard(OpenFile file, long offset, long length) throws IOException {
            long start = (offset + sector - 1) & -sector;
            long end = (offset + length) & -sector;
            if (!discards || start >= end) {
                return;
            }
            long result = file.device(SystemCalls.BLKDISCARD, start, end - start);
            if (Errno.isUnsupported(result)) {
                discards = false;
            } else if (result < 0) {
                throw file.failure("Could not discard", offset, length, result);
            }
        }

        @Override
        public void truncate(OpenFile file, long newLength, Preallocation preallocation)
                throws IOException {
            if (preallocation != Preallocation.OFF) {
                throw unsupported(preallocation);
            }
            if (newLength > host.length()) {
                throw BlockException.invalid("Cannot grow device files");
            }
        }
    }

    private static BlockException unsupported(Preallocation preallocation) {
        return new BlockException(
                BlockException.Kind.UNSUPPORTED,
                "Unsupported preallocation mode: " + Option.textOf(preallocation));
    }
}
