package org.ashlar.tools.nbd;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.ashlar.tools.Twin;
import org.ashlar.tools.img.Images;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code nbd} refuses it refuses as the reference does. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NbdReferenceTest {

    @TempDir static Path folder;
    private Twin twin;

    @BeforeAll
    void makeImages() throws Exception {
        twin = new Twin(folder);
        Images.make(twin);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-nbd @nope",
                "qemu-nbd -k @s.sock @nope",
                "qemu-nbd --foo",
                "qemu-nbd -k",
                "qemu-nbd a b",
                "qemu-nbd -f foo @a.qcow2",
                "qemu-nbd -f qcow2 @a.raw",
                "qemu-nbd -p x @a.raw",
                "qemu-nbd -e x @a.raw",
                "qemu-nbd -e -1 @a.raw",
                "qemu-nbd -o x @a.raw",
                "qemu-nbd -f raw -o 100M -k @s.sock @a.raw",
                "qemu-nbd -k s.sock @a.raw",
                "qemu-nbd -k /nonexist/s.sock -f raw @a.raw",
                "qemu-nbd -B foo -f raw -k @s.sock @a.raw",
                "qemu-nbd --cache=foo @a.raw",
                "qemu-nbd --cache=none --cache=none @a.raw",
                "qemu-nbd -n --cache=none @a.raw",
                "qemu-nbd --aio=foo @a.raw",
                "qemu-nbd --discard=foo @a.raw",
                "qemu-nbd --detect-zeroes=foo @a.raw",
                "qemu-nbd --detect-zeroes=unmap @a.raw",
                "qemu-nbd --image-opts -f raw driver=raw",
                "qemu-nbd --image-opts driver=raw",
                "qemu-nbd -L a",
                "qemu-nbd -L -k /tmp/x/none.sock",
                "qemu-nbd -L -p 1",
                "qemu-nbd -L -x foo -p 1",
                "qemu-nbd -L -A -p 1",
                "qemu-nbd -L -f raw -p 1",
                "qemu-nbd -L -n -p 1",
                "qemu-nbd -L -r -t -p 1",
                "qemu-nbd -L --fork -p 1",
                "qemu-nbd -r -f raw -L @a.raw",
                "qemu-nbd --pid-file=/nonexist/pid -f raw -k @s.sock @a.raw"
            })
    void refusals_areTheReferences(String line) throws Exception {
        assertSame(line);
    }

    private void assertSame(String line) throws Exception {
        assertEquals(
                twin.reference(line, "").withoutRates().toString(),
                twin.ours(line, "").withoutRates().toString());
    }
}
