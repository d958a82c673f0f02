package org.ashlar.drivers.qcow2.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.ashlar.tck.StressRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs what is named {@code ...Stress} in this module. */
class StressTest {
    @TempDir private Path scratch;

    @Test
    @Timeout(value = 10, unit = TimeUnit.MINUTES)
    void everyOrder_underJcstress_endsAsAllowed() throws Exception {
        StressRun.all(scratch, 2, Duration.ofMinutes(9));
    }
}
