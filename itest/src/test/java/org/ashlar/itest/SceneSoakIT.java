package org.ashlar.itest;

import java.nio.file.Path;
import java.util.Random;
import org.ashlar.itest.soak.Soak;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scene 6: for a while, clients verify what they write while snapshots, streams, reopenings,
 * exports, nodes and bundles come and go at random: nothing is lost, and the images are clean.
 */
class SceneSoakIT {
    private static final String SECONDS = "ashlar.soak.seconds";
    private static final String SEED = "ashlar.soak.seed";

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    /** The seed reproduces the order of what each thread does, though not what meets what. */
    @Test
    @Timeout(100_000)
    void daemon_whenEverythingChangesUnderLoad_losesNothing(TestReporter reporter)
            throws Exception {
        long seed = Long.getLong(SEED, new Random().nextLong());
        reporter.publishEntry(SEED, Long.toString(seed));
        reporter.publishEntry("done", new Soak(folder, seed).run(Long.getLong(SECONDS, 40)));
    }
}
