package org.ashlar.drivers.raw.internal.file;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.ashlar.drivers.raw.internal.file.FileSetup.Owned;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.CreateRequest;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.jspecify.annotations.Nullable;

/**
 * Opens files ({@code file}) or devices ({@code host_device}) of the host. Thread-safe; guarded by
 * itself.
 */
public final class FileDriver implements BlockDriver {
    private final FileKind kind;
    private final CallsSource source;
    private final IoPool pool = new IoPool();
    private final IoPool.Lane lane = pool.lane();

    @GuardedBy("this")
    private @Nullable SystemCalls calls;

    /** Where the system calls come from: linking them costs time, so not before they are needed. */
    @FunctionalInterface
    public interface CallsSource {
        SystemCalls get() throws BlockException;
    }

    private FileDriver(FileKind kind, CallsSource source) {
        this.kind = kind;
        this.source = source;
    }

    /** Returns the driver for regular files. */
    public static FileDriver ofFiles(CallsSource source) {
        return new FileDriver(FileKind.FILE, source);
    }

    /** Returns the driver for block and character devices. */
    public static FileDriver ofDevices(CallsSource source) {
        return new FileDriver(FileKind.HOST_DEVICE, source);
    }

    private synchronized SystemCalls calls() throws BlockException {
        if (calls == null) {
            calls = source.get();
        }
        return calls;
    }

    @Override
    public String name() {
        return kind.driverName();
    }

    @Override
    public DriverKind kind() {
        return DriverKind.PROTOCOL;
    }

    @Override
    public List<Option<?>> options() {
        return FileOptions.ALL;
    }

    @Override
    public List<Option<?>> createOptions() {
        return kind == FileKind.FILE ? FileCreation.FILE_OPTIONS : FileCreation.DEVICE_OPTIONS;
    }

    @Override
    public List<String> uriSchemes() {
        return List.of(kind.driverName());
    }

    /** What follows the prefix is the path as it is, whatever characters it has. */
    @Override
    public OptionTree parseFileName(String fileName) {
        String prefix = kind.driverName() + ":";
        String path = fileName.startsWith(prefix) ? fileName.substring(prefix.length()) : fileName;
        return OptionTree.typed(Map.of(FileOptions.FILENAME.name(), path));
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        FileOptions options = FileOptions.from(request.options(), request.settings());
        FileSetup setup =
                new FileSetup(request.settings(), options, request.background(), request.buffers());
        Opener opener = opener(request.options().get(FileOptions.FILENAME));
        Map<String, Object> state = request.handedOver();
        boolean active = !request.inactive();
        return lane.call(() -> open(opener, setup, state, active));
    }

    private BlockNode open(
            Opener opener, FileSetup setup, Map<String, Object> state, boolean active)
            throws IOException {
        Owned owned = HandOver.open(opener, setup, state, active);
        try {
            HostFile host = new HostFile(opener, pool.lane(), owned.file(), active);
            host.flushError(HandOver.flushError(state));
            return new FileNode(host, setup, owned);
        } catch (IOException | RuntimeException | Error failed) {
            owned.close();
            throw failed;
        }
    }

    private Opener opener(String fileName) throws BlockException {
        if (fileName.isEmpty()) {
            throw BlockException.invalid(
                    "The '" + kind.driverName() + "' block driver requires a file name");
        }
        if (fileName.indexOf('\0') >= 0) {
            throw BlockException.invalid("A file name cannot contain a NUL character");
        }
        return new Opener(calls(), kind, fileName);
    }

    @Override
    public void create(CreateRequest request) throws IOException {
        Opener opener = opener(request.options().get(FileOptions.FILENAME));
        FileCreation creation = FileCreation.from(request.options(), kind);
        lane.run(() -> creation.run(opener, pool.lane()));
    }

    @Override
    public void close() {
        pool.close();
    }
}
