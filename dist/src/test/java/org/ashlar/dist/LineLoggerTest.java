package org.ashlar.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a process prints on standard error when something logs. */
class LineLoggerTest {

    /** Logs, in a process of its own. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            Logger log = LoggerFactory.getLogger("org.example.Some");
            log.info("not wanted {}", 1);
            log.error("closing {} of {}", 2, "disk");
            log.warn("torn", new IllegalStateException("why"));
        }
    }

    @Test
    void log_withoutSettings_isLinesOfErrorsAlone() throws IOException, InterruptedException {
        assertEquals(List.of("ERROR Some - closing 2 of disk"), linesOf());
    }

    @Test
    void log_withLevelAndTime_beginsWithTheTimeAndShowsWhatWasThrown()
            throws IOException, InterruptedException {
        List<String> lines =
                linesOf("-D" + LineLogger.LEVEL + "=warn", "-D" + LineLogger.TIME + "=on");

        String time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}(Z|[+-]\\d\\d:\\d\\d) ";
        assertTrue(lines.get(0).matches(time + "ERROR Some - closing 2 of disk"), lines.get(0));
        assertTrue(lines.get(1).matches(time + "WARN Some - torn"), lines.get(1));
        assertEquals("java.lang.IllegalStateException: why", lines.get(2));
    }

    private static List<String> linesOf(String... options)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dslf4j.provider=" + LogProvider.class.getName());
        command.add("-Dslf4j.internal.verbosity=WARN");
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(Program.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        byte[] printed = process.getInputStream().readAllBytes();
        assertEquals(0, process.waitFor());
        return new String(printed, StandardCharsets.UTF_8).lines().toList();
    }
}
