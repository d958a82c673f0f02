package org.ashlar.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @TempDir private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("ashlar.properties");
    }

    @Test
    void file_thatIsMissing_meansTheDefaults() throws IOException {
        Settings settings = Settings.read(file);

        assertEquals("info", settings.logLevel());
        assertEquals("deploy", settings.deploy());
        assertEquals(Map.of(), settings.values());
    }

    @Test
    void file_thatShips_isRight() throws IOException {
        Settings settings = Settings.read(Path.of("src/home/conf/ashlar.properties"));

        assertEquals("30", settings.values().get("orphan-limit"));
    }

    @Test
    void values_ofEveryForm_areTaken() throws IOException {
        Files.writeString(
                file,
                """
                log-level = debug
                deploy = /var/lib/ashlar
                orphan-limit = 0
                change-limit = 2.5
                implicit-opens = false
                """);

        assertEquals("debug", Settings.read(file).logLevel());
        assertEquals("2.5", Settings.read(file).values().get("change-limit"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "log-level = loud",
                "deploy =",
                "orphan-limit = x",
                "orphan-limit = -1",
                "change-limit = 1e12",
                "implicit-opens = yes",
                "orphan_limit = 3",
            })
    void setting_thatIsNone_isRefusedByName(String line) throws IOException {
        Files.writeString(file, line);

        String message = assertThrows(IOException.class, () -> Settings.read(file)).getMessage();

        assertEquals(file + ": ", message.substring(0, file.toString().length() + 2));
        assertTrue(message.contains("'" + line.split(" ", 2)[0] + "'"), message);
    }

    @Test
    void escape_thatIsMalformed_isRefused() throws IOException {
        Files.writeString(file, "deploy = \\u12\n");

        String message = assertThrows(IOException.class, () -> Settings.read(file)).getMessage();

        assertEquals(file + ": Malformed \\uxxxx encoding.", message);
    }
}
