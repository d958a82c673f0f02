package org.ashlar.tools.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeFolderTest {

    @TempDir Path parent;

    @Test
    void folder_whenClosed_isGoneWithAllInIt() throws IOException {
        RuntimeFolder folder = RuntimeFolder.in(parent);
        Files.createDirectory(folder.path().resolve("sub"));
        Files.writeString(folder.path().resolve("sub/file"), "x");

        folder.close();

        assertFalse(Files.exists(folder.path()));
    }

    @Test
    void folder_thatCannotBeMade_isRefusedInWords() {
        Path missing = parent.resolve("missing");

        IOException refused = assertThrows(IOException.class, () -> RuntimeFolder.in(missing));

        assertEquals(
                "Could not make a folder for sockets in '"
                        + missing
                        + "': it is not there, or not writable",
                refused.getMessage());
    }
}
