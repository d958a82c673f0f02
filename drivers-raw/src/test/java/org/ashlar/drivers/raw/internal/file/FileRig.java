package org.ashlar.drivers.raw.internal.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.ashlar.drivers.raw.internal.linux.LinuxCalls;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.NodeSettings.DetectZeroes;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Opening;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;

/** A rig with a file driver; both end when it is closed. Confined to the test's thread. */
final class FileRig implements AutoCloseable {
    static final NodeSettings READ_ONLY = settings(true, false, false, false, false);
    static final NodeSettings AUTO_READ_ONLY = settings(false, true, false, false, false);
    static final NodeSettings DIRECT = settings(false, false, true, false, false);
    static final NodeSettings NO_FLUSH = settings(false, false, false, true, false);
    static final NodeSettings FORCE_SHARE = settings(true, false, false, false, true);

    final Rig rig = new Rig();
    final FileDriver driver;

    FileRig() {
        this(LinuxCalls::ofThisMachine);
    }

    FileRig(FileDriver.CallsSource source) {
        this(FileDriver.ofFiles(source));
    }

    FileRig(FileDriver driver) {
        this.driver = driver;
    }

    static FileRig over(SystemCalls calls) {
        return new FileRig(() -> calls);
    }

    private static NodeSettings settings(
            boolean readOnly,
            boolean autoReadOnly,
            boolean direct,
            boolean noFlush,
            boolean forceShare) {
        return new NodeSettings(
                readOnly, autoReadOnly, direct, noFlush, forceShare, true, DetectZeroes.OFF);
    }

    static OptionTree options(Path file, String... more) {
        OptionTree tree = OptionTree.dotted(Map.of("filename", file.toString()));
        for (int i = 0; i < more.length; i += 2) {
            tree = tree.with(more[i], more[i + 1]);
        }
        return tree;
    }

    RigNode open(Path file, String... more) throws IOException {
        return opening(file, more).open();
    }

    RigNode open(Path file, NodeSettings settings) throws IOException {
        return opening(file).settings(settings).open();
    }

    Opening opening(Path file, String... more) {
        return rig.opening(driver).options(options(file, more));
    }

    @Override
    public void close() throws IOException {
        rig.close();
        driver.close();
    }
}
