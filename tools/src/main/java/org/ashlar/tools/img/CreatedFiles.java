package org.ashlar.tools.img;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.image.FileNames;
import org.ashlar.tools.text.ErrorText;

/**
 * The files that a command makes: unless they are kept, they are removed again, so that a command
 * that fails leaves nothing half-written. Confined to one command.
 *
 * <p>Invariant I1: only what was not there before, and is a regular file, is ever removed.
 */
final class CreatedFiles implements AutoCloseable {
    private final Terminal terminal;
    private final List<Path> made = new ArrayList<>();

    CreatedFiles(Terminal terminal) {
        this.terminal = terminal;
    }

    /** Takes note of a file, before it is made. */
    void expect(String fileName) {
        Path file = Path.of(FileNames.plain(fileName));
        if (Files.notExists(file)) {
            made.add(file);
        }
    }

    /** Says that the command has done what it was to do: everything stays. */
    void keep() {
        made.clear();
    }

    /** Removes what is not to be kept, once nobody has it open. */
    @Override
    public void close() {
        for (Path file : made) {
            try {
                remove(file);
            } catch (IOException failed) {
                terminal.error("Could not remove '" + file + "': " + ErrorText.of(failed));
            }
        }
    }

    /** Where a link led to nothing before, it does again. */
    private static void remove(Path file) throws IOException {
        if (Files.isRegularFile(file)) { // I1
            Files.delete(file.toRealPath());
        }
    }
}
