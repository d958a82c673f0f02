package org.ashlar.dist;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The framework's scratch folder: nothing in it outlives the process. Confined to its owner.
 *
 * <p>I1: a folder with a file {@code lock} belongs to a live daemon exactly while that file is
 * locked; the file has been locked before it bears that name.
 */
final class FrameworkFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("daemon");
    private static final String PREFIX = "ashlar-framework-";
    private static final String LOCK = "lock";

    private final Path path;
    private final FileChannel lock;

    private FrameworkFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Creates a folder in the system's temporary one, and takes away those of daemons killed. */
    static FrameworkFolder create() throws IOException {
        return createIn(Path.of(System.getProperty("java.io.tmpdir")));
    }

    static FrameworkFolder createIn(Path parent) throws IOException {
        deleteAbandoned(parent);
        Path path = Files.createTempDirectory(parent, PREFIX);
        Path locking = path.resolve("locking");
        FileChannel channel =
                FileChannel.open(locking, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock(); // I1
        if (held == null) {
            channel.close();
            throw new IOException("cannot lock " + locking);
        }
        Files.move(locking, path.resolve(LOCK));
        return new FrameworkFolder(path, channel);
    }

    /** Returns where the framework may keep its files. */
    Path storage() {
        return path.resolve("storage");
    }

    /** Deletes the folder; what cannot be deleted stays, and a later daemon tries again. */
    @Override
    public void close() {
        delete(path);
        try {
            lock.close();
        } catch (IOException e) {
            LOG.debug("{}: {}", path, e.getMessage());
        }
    }

    private static void deleteAbandoned(Path parent) throws IOException {
        List<Path> folders;
        try (Stream<Path> files = Files.list(parent)) {
            folders =
                    files.filter(file -> file.getFileName().toString().startsWith(PREFIX)).toList();
        }
        for (Path folder : folders) {
            if (isAbandoned(folder)) {
                delete(folder);
            }
        }
    }

    private static boolean isAbandoned(Path folder) {
        try (FileChannel channel =
                FileChannel.open(folder.resolve(LOCK), StandardOpenOption.WRITE)) {
            @Nullable FileLock free = channel.tryLock();
            return free != null;
        } catch (IOException | OverlappingFileLockException e) {
            // Not ours to open, being made right now, or of another daemon in this process.
            return false;
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.debug("{} stays: {}", folder, e.getMessage());
        }
    }
}
