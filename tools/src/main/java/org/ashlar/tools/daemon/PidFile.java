package org.ashlar.tools.daemon;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;

/**
 * A file that says which process runs, locked and readable by its owner alone while it does.
 * Confined to the daemon's thread.
 */
final class PidFile implements AutoCloseable {

    private final Path path;
    private final FileChannel channel;

    private PidFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * Writes this process's id.
     *
     * @throws BlockException of kind {@code BUSY} if another process holds the file
     */
    static PidFile create(Path path) throws IOException {
        FileChannel channel = open(path);
        try {
            lock(channel);
            channel.truncate(0);
            String line = ProcessHandle.current().pid() + "\n";
            channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)), 0);
            return new PidFile(path, channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static void lock(FileChannel channel) throws IOException {
        boolean held;
        try {
            held = channel.tryLock() != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            held = false;
        }
        if (!held) {
            throw failed("Cannot lock pid file: Resource temporarily unavailable", Kind.BUSY);
        }
    }

    private static FileChannel open(Path path) throws IOException {
        try {
            return FileChannel.open(
                    path,
                    Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        } catch (NoSuchFileException e) {
            throw failed(
                    "Could not create '" + path + "': No such file or directory", Kind.NOT_FOUND);
        } catch (IOException e) {
            throw failed("Could not create '" + path + "': " + e.getMessage(), Kind.IO);
        }
    }

    private static BlockException failed(String reason, Kind kind) {
        return new BlockException(kind, "cannot create PID file: " + reason);
    }

    /** Takes the file away. */
    @Override
    public void close() throws IOException {
        Files.deleteIfExists(path);
        channel.close();
    }
}
