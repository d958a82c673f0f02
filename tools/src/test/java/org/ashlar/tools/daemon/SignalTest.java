package org.ashlar.tools.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.ashlar.tools.Terminal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignalTest {

    /** A daemon of its own process that says when it serves and when its host is closed. */
    static final class Program {

        private Program() {}

        public static void main(String[] args) {
            Terminal terminal = Terminal.system("daemon");
            FakeHost host =
                    new FakeHost() {
                        @Override
                        public void close() {
                            super.close();
                            terminal.line("closed");
                        }
                    };
            host.onMonitor =
                    () -> {
                        terminal.line("serving");
                        terminal.flush();
                    };
            int code =
                    new DaemonCommand(() -> host)
                            .run(List.of("--chardev", "null,id=m", "--monitor", "m"), terminal);
            Runtime.getRuntime().halt(code);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT", "HUP"})
    void daemon_onASignal_closesAllAndExitsWithSuccess(String signal) throws Exception {
        Process process =
                new ProcessBuilder(
                                "env", // under nohup, or behind a shell's '&', they are ignored
                                "--default-signal=TERM,INT,HUP",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Program.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (BufferedReader said =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertEquals("serving", said.readLine());
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            assertTrue(process.waitFor(30, TimeUnit.SECONDS));
            assertEquals("closed", said.readLine());
            assertEquals(0, process.exitValue());
        } finally {
            process.destroyForcibly();
        }
    }
}
