package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.ashlar.drivers.raw.internal.linux.LinuxCalls;
import org.ashlar.spi.NodeSettings;
import org.ashlar.tck.BlockNodeContract;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/**
 * What every node must do, done by files: with and without the page cache, on disk and in memory.
 */
class FileContractTest {

    /** A file of random content, read and written with some settings. */
    abstract static class OnFile extends BlockNodeContract {
        private final FileDriver driver = FileDriver.ofFiles(LinuxCalls::ofThisMachine);

        @TempDir Path disk;
        private Path file;

        NodeSettings settings() {
            return NodeSettings.DEFAULT;
        }

        Path folder() throws IOException {
            return disk;
        }

        @Override
        protected RigNode open(Rig rig) throws IOException {
            file = Files.createTempFile(folder(), "contract", ".img");
            byte[] content = new byte[1 << 20];
            new Random(1).nextBytes(content);
            Files.write(file, content);
            return rig.opening(driver).options(FileRig.options(file)).settings(settings()).open();
        }

        @AfterEach
        void endDriver() throws IOException {
            driver.close();
            Files.delete(file);
        }
    }

    @Nested
    class ThroughThePageCache extends OnFile {}

    @Nested
    class ReadOnly extends OnFile {
        @Override
        NodeSettings settings() {
            return FileRig.READ_ONLY;
        }
    }

    @Nested
    class PastThePageCache extends OnFile {
        @Override
        NodeSettings settings() {
            return FileRig.DIRECT;
        }
    }

    @Nested
    class InMemory extends OnFile {
        @Override
        Path folder() {
            return Path.of("/dev/shm");
        }
    }
}
