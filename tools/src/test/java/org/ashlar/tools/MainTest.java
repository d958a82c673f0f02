package org.ashlar.tools;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class MainTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private final Terminal terminal =
            new Terminal(
                    "ashlar",
                    InputStream.nullInputStream(),
                    new PrintStream(out, true, UTF_8),
                    new PrintStream(err, true, UTF_8));

    private int run(String argv0, String... args) {
        return Main.run(argv0, List.of(args), terminal);
    }

    @Test
    void program_thatFailsByADefect_endsWithOneLine() {
        int code =
                terminal.guard(() -> {
                    throw new IllegalStateException("no such state");
                });
        assertEquals(1, code);
        assertEquals(
                "ashlar: failed by a defect: java.lang.IllegalStateException: no such state\n",
                err.toString(UTF_8));
    }

    @Test
    void help_showsEveryCommandWithAnExample() {
        assertEquals(0, run("ashlar", "--help"));
        String text = out.toString(UTF_8);
        for (String example :
                List.of(
                        "ashlar img create",
                        "ashlar img info",
                        "ashlar img check",
                        "ashlar img map",
                        "ashlar img compare",
                        "ashlar img convert",
                        "ashlar img resize",
                        "ashlar io -c",
                        "ashlar nbd -f",
                        "ashlar daemon --blockdev",
                        "ashlar serve disk")) {
            assertTrue(text.contains(example), example);
        }
    }

    @Test
    void run_underAReferencesName_isThatProgram() {
        assertEquals(1, run("/opt/compat/qemu-img", "nonsense"));
        assertEquals(
                """
                qemu-img: Command not found: nonsense
                Try 'qemu-img --help' for more information
                """,
                err.toString(UTF_8));
    }

    @Test
    void run_subCommand_isNamedInMessages() {
        assertEquals(1, run("ashlar", "nbd"));
        assertEquals(
                """
                ashlar nbd: Invalid number of arguments
                Try `ashlar nbd --help' for more information.
                """,
                err.toString(UTF_8));
    }

    @Test
    void run_unknownCommand_isRefusedInOneLine() {
        assertEquals(1, run("ashlar", "nonsense"));
        assertEquals(
                "ashlar: unknown command 'nonsense'; 'ashlar --help' lists them\n",
                err.toString(UTF_8));
    }

    @Test
    void version_namesTheProduct() {
        assertEquals(0, run("ashlar", "--version"));
        assertTrue(out.toString(UTF_8).startsWith("ashlar version "), out.toString(UTF_8));
    }
}
