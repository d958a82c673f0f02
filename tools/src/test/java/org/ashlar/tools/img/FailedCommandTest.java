package org.ashlar.tools.img;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.ashlar.tools.Main;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.Twin;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A command that fails removes the files that it made, and no others. */
class FailedCommandTest {
    @TempDir Path folder;
    private Twin twin;

    @BeforeEach
    void makeTwin() throws Exception {
        twin = new Twin(folder);
    }

    /** Makes an image whose data begin well and end in a cluster that cannot be unpacked. */
    private void makeUnreadable() throws Exception {
        twin.prepare(
                "qemu-img create -q @whole.raw 4M",
                "qemu-io -f raw -c 'write -P 1 0 1M' -c 'write -P 2 3M 1M' @whole.raw",
                "qemu-img convert -c -O qcow2 @whole.raw @bad.qcow2");
        Path image = file("bad.qcow2");
        try (FileChannel file = FileChannel.open(image, StandardOpenOption.WRITE)) {
            long last = file.size() - 1024; // where the last compressed clusters lie
            file.write(ByteBuffer.wrap(new byte[1024]), last);
        }
    }

    private Path file(String name) {
        return folder.resolve("fixture").resolve(name);
    }

    /** Runs one of our commands where the images are made, and sees it fail. */
    private void fails(String line) {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream both = new PrintStream(printed, true, UTF_8);
        Terminal terminal = new Terminal("qemu-img", InputStream.nullInputStream(), both, both);
        String[] words = line.replace("@", file("") + "/").split(" ", -1);
        List<String> arguments = List.of(words).subList(1, words.length);

        int exit = Main.run("qemu-img", arguments, terminal);

        assertEquals(1, exit);
        assertEquals(1, printed.toString(UTF_8).lines().count(), printed.toString(UTF_8));
    }

    @Test
    void convert_whenTheSourceCannotBeRead_removesWhatItMade() throws Exception {
        makeUnreadable();

        fails("qemu-img convert -O raw @bad.qcow2 @x.raw");
        fails("qemu-img convert -O qcow2 @bad.qcow2 @x.qcow2");
        fails("qemu-img convert -O qcow2 -o data_file=@x.data @bad.qcow2 @x.qcow2");

        assertFalse(Files.exists(file("x.raw")));
        assertFalse(Files.exists(file("x.qcow2")));
        assertFalse(Files.exists(file("x.data")));
    }

    @Test
    void convert_whenTheSourceCannotBeRead_leavesWhatWasThereBefore() throws Exception {
        makeUnreadable();
        twin.prepare("qemu-img create -q -f qcow2 @x.qcow2 4M", "truncate -s 10 @x.raw");

        fails("qemu-img convert -O qcow2 @bad.qcow2 @x.qcow2");
        fails("qemu-img convert -n -O qcow2 @bad.qcow2 @x.qcow2");
        fails("qemu-img convert -O raw @bad.qcow2 @x.raw");

        assertTrue(Files.exists(file("x.qcow2")));
        assertTrue(Files.exists(file("x.raw")));
    }

    @Test
    void create_whenThereIsNoRoom_removesWhatItMade() throws Exception {
        fails("qemu-img create -q -f raw -o preallocation=falloc @x.raw 4E");

        assertFalse(Files.exists(file("x.raw")));
    }

    @Test
    void create_whenItFails_leavesWhatWasThereBefore() throws Exception {
        twin.prepare("truncate -s 10 @x.raw", "truncate -s 10 @x.qcow2");

        fails("qemu-img create -q -f raw -o preallocation=falloc @x.raw 4E");
        fails("qemu-img create -q -f qcow2 -o data_file=/nonexist/x.data @x.qcow2 1M");

        assertTrue(Files.exists(file("x.raw")));
        assertTrue(Files.exists(file("x.qcow2")));
    }

    @Test
    void create_throughALinkToNothing_leavesTheLinkAndNothingBehindIt() throws Exception {
        twin.prepare("ln -s behind.raw @link.raw");

        fails("qemu-img create -q -f raw -o preallocation=falloc @link.raw 4E");

        assertTrue(Files.isSymbolicLink(file("link.raw")));
        assertFalse(Files.exists(file("behind.raw")));
    }
}
