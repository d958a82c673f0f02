package org.ashlar.dist;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FrameworkFolderTest {
    @TempDir private Path parent;

    @Test
    void create_whenAnotherIsInUse_leavesItAlone() throws IOException {
        try (FrameworkFolder used = FrameworkFolder.createIn(parent);
                FrameworkFolder next = FrameworkFolder.createIn(parent)) {
            assertTrue(Files.exists(used.storage().getParent().resolve("lock")));
            assertFalse(used.storage().equals(next.storage()));
        }
    }

    @Test
    void create_whenAnotherWasAbandoned_takesItAway() throws IOException {
        Path abandoned = Files.createDirectories(parent.resolve("ashlar-framework-1/storage"));
        Files.createFile(abandoned.resolveSibling("lock"));

        try (FrameworkFolder next = FrameworkFolder.createIn(parent)) {
            assertFalse(Files.exists(abandoned.getParent()));
            assertFalse(Files.exists(next.storage()));
        }
    }

    @Test
    void create_whenAnotherIsBeingMade_leavesItAlone() throws IOException {
        Path young = Files.createDirectories(parent.resolve("ashlar-framework-2"));
        Files.createFile(young.resolve("locking"));

        FrameworkFolder.createIn(parent).close();

        assertTrue(Files.exists(young));
    }

    @Test
    void close_takesTheFolderAway() throws IOException {
        FrameworkFolder folder = FrameworkFolder.createIn(parent);
        Files.createDirectories(folder.storage().resolve("bundle1"));

        folder.close();

        assertFalse(Files.exists(folder.storage().getParent()));
    }
}
