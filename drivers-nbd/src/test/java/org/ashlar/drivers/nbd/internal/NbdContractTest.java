package org.ashlar.drivers.nbd.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.ashlar.tck.BlockNodeContract;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** What every node must do, over servers of several kinds. */
class NbdContractTest {

    /** A node over one server. */
    abstract static class OverServer extends BlockNodeContract {
        @TempDir Path folder;
        Server server;

        abstract Server start() throws IOException;

        @Override
        protected RigNode open(Rig rig) throws IOException {
            server = start();
            return rig.open(new NbdDriver(), server.options(), Map.of());
        }

        @AfterEach
        void stop() {
            server.close();
        }

        Path image(int length) {
            try {
                return Files.write(folder.resolve("image"), new byte[length]);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Nested
    class OverQemu extends OverServer {
        @Override
        Server start() {
            return Server.qemu(folder, "-f", "raw", image(1 << 20).toString());
        }
    }

    @Nested
    class OverQemuReadOnly extends OverServer {
        @Override
        protected RigNode open(Rig rig) throws IOException {
            server = start();
            return rig.opening(new NbdDriver())
                    .options(server.options())
                    .settings(Settings.READ_ONLY)
                    .open();
        }

        @Override
        Server start() {
            return Server.qemu(folder, "-r", "-f", "raw", image(1 << 16).toString());
        }
    }

    @Nested
    class OverNbdkit extends OverServer {
        @Override
        Server start() {
            return Server.nbdkit(folder, "memory", "2M");
        }
    }

    @Nested
    class OverNbdkitOfOddLength extends OverServer {
        @Override
        Server start() {
            return Server.nbdkit(folder, "memory", "131073");
        }
    }

    @Nested
    class OverNbdkitInBlocks extends OverServer {
        @Override
        Server start() {
            return Server.nbdkit(
                    folder,
                    "--filter=blocksize-policy",
                    "memory",
                    "1M",
                    "blocksize-minimum=4096",
                    "blocksize-preferred=8192",
                    "blocksize-maximum=65536",
                    "blocksize-error-policy=error");
        }
    }

    @Nested
    class OverNbdkitThatCannotZero extends OverServer {
        @Override
        Server start() {
            return Server.nbdkit(folder, "--filter=nozero", "--filter=noextents", "memory", "1M");
        }
    }

    @Nested
    class OverNbdkitWithoutStructuredReplies extends OverServer {
        @Override
        Server start() {
            return Server.nbdkit(folder, "--no-sr", "memory", "1M");
        }
    }

    @Nested
    class OverNbdkitThatServesOneAtATime extends OverServer {
        @Override
        Server start() {
            return Server.nbdkit(folder, "--filter=noparallel", "memory", "1M");
        }
    }
}
