package org.ashlar.drivers.raw.internal.linux;

/**
 * What {@code statx} tells of an open file. Immutable; sizes in bytes.
 *
 * @param type what the file is
 * @param length the length, 0 for devices
 * @param allocated how much space it takes
 * @param directMemory what {@code O_DIRECT} wants of a buffer's address; 0 if the kernel does not
 *     say
 * @param directOffset what {@code O_DIRECT} wants of offsets and lengths; 0 if the kernel does not
 *     say
 */
public record FileStatus(
        Type type, long length, long allocated, int directMemory, int directOffset) {

    /** The types of files that are told apart. */
    public enum Type {
        REGULAR,
        BLOCK_DEVICE,
        CHARACTER_DEVICE,
        DIRECTORY,
        OTHER;

        /** Returns the type that the bits of {@code st_mode} name. */
        static Type ofMode(int mode) {
            return switch (mode & 0xf000) {
                case 0x8000 -> REGULAR;
                case 0x6000 -> BLOCK_DEVICE;
                case 0x2000 -> CHARACTER_DEVICE;
                case 0x4000 -> DIRECTORY;
                default -> OTHER;
            };
        }
    }
}
