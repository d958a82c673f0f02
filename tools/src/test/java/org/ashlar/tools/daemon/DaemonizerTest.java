package org.ashlar.tools.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DaemonizerTest {

    @TempDir private Path folder;

    private static Daemonizer of(String script) {
        return new Daemonizer(false, List.of("sh", "-c", script));
    }

    @Test
    void detach_whenTheProcessIsReady_endsWithSuccessWhileItRuns() throws Exception {
        Path pid = folder.resolve("pid");

        int code = of("echo $$ >" + pid + "; echo ready; exec sleep 60 >/dev/null 2>&1").detach();

        assertEquals(0, code);
        ProcessHandle process =
                ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())).orElseThrow();
        assertTrue(process.isAlive());
        process.destroyForcibly();
    }

    @Test
    void detach_whenTheProcessFails_passesItsExitCodeOn() throws Exception {
        assertEquals(3, of("echo not; exit 3").detach());
    }
}
