package org.ashlar.tools.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.ashlar.tools.Twin;
import org.ashlar.tools.img.Images;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands of {@code io} do, print and exit as the reference's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IoReferenceTest {

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
                "qemu-io",
                "qemu-io -c length",
                "qemu-io -c 'open -r'",
                "qemu-io -c 'open json:{}'",
                "qemu-io -c 'open -o driver=qcow2, @a.qcow2' -c length",
                "qemu-io -c 'open -o file.filename=@a.qcow2,' -c length",
                "qemu-io -c 'open -o driver=raw, -o offset=1M, @a.raw' -c length",
                "qemu-io -c 'open -o driver=file @a.raw' -c length",
                "qemu-io -c 'open -o driver=raw,,offset=5 @a.raw'",
                "qemu-io -c 'open -o driver=qcow2,file.filename=@a.qcow2, @b.raw'",
                "qemu-io -c 'open -o driver=qcow2,filename=@a.qcow2'",
                "qemu-io -c 'open -o nope=1 @a.qcow2'",
                "qemu-io -c 'quit 1' @a.raw",
                "qemu-io -c 'sleep -5' @a.raw",
                "qemu-io -c 'truncate 1000' -c length @a.qcow2",
                "qemu-io -c 'help quit'",
                "qemu-io -r -c quit @snaps.qcow2",
                "qemu-io -r -c length @stale.qcow2",
                "qemu-io -f raw -c 'write -P 1 0 64k' @a.raw",
                "qemu-io -f raw -c 'read -P 1 0 64k' @a.raw",
                "qemu-io -f raw -c 'read -P 2 0 64k' @a.raw",
                "qemu-io -f raw -c 'read -v 0 64' @a.raw",
                "qemu-io -f raw -c 'read -v 65530 100' @a.raw",
                "qemu-io -f raw -c 'read -v 0 5000' @rnd.raw",
                "qemu-io -f raw -c 'read -P 1 -s 10 -l 20 0 64k' @a.raw",
                "qemu-io -f raw -c 'read -P 1 -s 10 0 64k' @a.raw",
                "qemu-io -f raw -c 'read -P 2 -s 10 0 64k' @a.raw",
                "qemu-io -f raw -c 'read -q 0 64k' @a.raw",
                "qemu-io -f raw -c 'read -C 0 64k' @a.raw",
                "qemu-io -f raw -c 'read -p 0 64k' @a.raw",
                "qemu-io -f raw -c 'read -Z 0 64k' @a.raw",
                "qemu-io -f raw -c 'read 0' @a.raw",
                "qemu-io -f raw -c 'read' @a.raw",
                "qemu-io -f raw -c 'read x 1' @a.raw",
                "qemu-io -f raw -c 'read 0 y' @a.raw",
                "qemu-io -f raw -c 'read 0 -1' @a.raw",
                "qemu-io -f raw -c 'read -1 1' @a.raw",
                "qemu-io -f raw -c 'read 0 100G' @a.raw",
                "qemu-io -f raw -c 'read 10M 1' @a.raw",
                "qemu-io -f raw -c 'read 0 20E' @a.raw",
                "qemu-io -f raw -c 'read -P 256 0 1' @a.raw",
                "qemu-io -f raw -c 'read -P x 0 1' @a.raw",
                "qemu-io -f raw -c 'read -P 0x1 0 1' @a.raw",
                "qemu-io -f raw -c 'read -s 600 -l 20 0 512' @a.raw",
                "qemu-io -f raw -c 'read -P 1 -s 0 -l 1000 0 512' @a.raw",
                "qemu-io -f raw -c 'readv -v 0 16 16' @a.raw",
                "qemu-io -f raw -c 'readv -P 3 0 4k 4k 8k' @a.raw",
                "qemu-io -f raw -c 'readv 0' @a.raw",
                "qemu-io -f raw -c 'readv 0 0' @a.raw",
                "qemu-io -f raw -c 'readv 0 3G' @a.raw",
                "qemu-io -f raw -c 'readv 0 2G 1G' @a.raw",
                "qemu-io -f raw -c 'readv 0 1G 1G' @a.raw",
                "qemu-io -f raw -c 'writev -P 3 0 4k 4k 8k' @a.raw",
                "qemu-io -f raw -c 'writev -f -P 3 0 4k 4k 8k' @a.raw",
                "qemu-io -f raw -c 'writev -q -P 3 0 4k 4k 8k' @a.raw",
                "qemu-io -f raw -c 'write -z 0 64k' @a.raw",
                "qemu-io -f raw -c 'write -z -u 0 64k' @a.raw",
                "qemu-io -f raw -c 'write -u 0 64k' @a.raw",
                "qemu-io -f raw -c 'write -z -P 1 0 64k' @a.raw",
                "qemu-io -f raw -c 'write -c 0 64k' @a.raw",
                "qemu-io -f raw -c 'write -n 0 4k' @a.raw",
                "qemu-io -f raw -c 'write -z -n 0 4k' @a.raw",
                "qemu-io -f raw -c 'write -s /nope 0 4k' @a.raw",
                "qemu-io -f raw -c 'write -p 0 4k' @a.raw",
                "qemu-io -f raw -c 'write -C 0 4k' @a.raw",
                "qemu-io -f raw -c 'write -Z 0 4k' @a.raw",
                "qemu-io -f raw -c 'write -P' @a.raw",
                "qemu-io -f raw -c 'write 0 4k' -r @a.raw",
                "qemu-io -f raw -c 'write 0 3G' @a.raw",
                "qemu-io -f raw -c 'write 10M 4k' @a.raw",
                "qemu-io -f raw -c 'write 0 0' @a.raw",
                "qemu-io -f raw -c 'write 1 1' @a.raw",
                "qemu-io -f raw -c 'write 0 1500' @a.raw",
                "qemu-io -f raw -c 'aio_read 0 4k' @a.raw",
                "qemu-io -f raw -c 'aio_write -P 5 0 4k' -c aio_flush @a.raw",
                "qemu-io -f raw -c 'aio_read -v 0 32' -c aio_flush @a.raw",
                "qemu-io -f raw -c 'aio_read -P 6 0 4k' @a.raw",
                "qemu-io -f raw -c 'aio_write -z -u -f 0 4k 4k' @a.raw",
                "qemu-io -f raw -c 'aio_write -u 0 4k' @a.raw",
                "qemu-io -f raw -c 'aio_write -q 0 4k' @a.raw",
                "qemu-io -f raw -c 'aio_write -i 0 4k' @a.raw",
                "qemu-io -f raw -c 'aio_read -i 0 4k' @a.raw",
                "qemu-io -f raw -c 'aio_write 100M 4k' @a.raw",
                "qemu-io -f raw -c 'aio_read 100M 4k' @a.raw",
                "qemu-io -f raw -c 'aio_read 0' @a.raw",
                "qemu-io -f raw -c 'aio_write' @a.raw",
                "qemu-io -f raw -c 'flush' -c 'flush x' @a.raw",
                "qemu-io -f raw -c 'discard 0 64k' @a.raw",
                "qemu-io -f raw -c 'discard -q 0 64k' @a.raw",
                "qemu-io -f raw -c 'discard -C 0 64k' @a.raw",
                "qemu-io -f raw -c 'discard 0' @a.raw",
                "qemu-io -f raw -c 'discard 0 100M' @a.raw",
                "qemu-io -f raw -c 'discard 0 3G' @a.raw",
                "qemu-io -f raw -r -c 'discard 0 1k' @a.raw",
                "qemu-io -f raw -c 'alloc 0 4M' -c 'alloc 1M 64k' -c 'alloc 1M' -c 'alloc 100M 1' "
                    + " -c 'alloc 0 100M' -c 'alloc x' -c 'alloc 0 x' -c 'alloc' -c 'alloc 1M 1025'"
                    + " -c 'alloc 0 0' @a.raw",
                "qemu-io -f raw -c 'map' @a.raw",
                "qemu-io -f raw -c 'map x' @a.raw",
                "qemu-io -f raw -c length -c map @odd.raw",
                "qemu-io -f raw -c 'truncate 2M' -c 'length' -c 'truncate 1M' -c length -c"
                    + " 'truncate x' -c truncate -c 'truncate -m full 3M' -c 'truncate -m foo 3M'"
                    + " -c 'truncate -q 3M' @odd.raw",
                "qemu-io -f raw -c 'info' @a.raw",
                "qemu-io -f raw -c 'open @a.raw' @a.raw",
                "qemu-io -c 'open @a.raw' -c 'length' -c close -c length",
                "qemu-io -c 'open -r -o driver=raw @a.raw' -c 'length' -c 'write 0 512'",
                "qemu-io -c 'open -o driver=raw,file.filename=@a.raw' -c 'length' -c 'write 0 512'",
                "qemu-io -c 'open -Z @a.raw' -c 'length'",
                "qemu-io -c 'open' -c 'length'",
                "qemu-io -c 'open @nope' -c 'length'",
                "qemu-io -f raw -c 'sleep 10' -c 'sleep x' -c sleep @a.raw",
                "qemu-io -f raw -c 'quit' -c length @a.raw",
                "qemu-io -f raw -c 'foo' -c length @a.raw",
                "qemu-io -f raw -c '' -c ' length ' @a.raw",
                "qemu-io -f raw -c 'help foo' @a.raw",
                "qemu-io -f raw -c 'r 0 512' -c 'w 0 512' -c 'l' -c 'len' -c 'd 0 512' -c 'f' -c 't"
                    + " 10M' -c 'i' -c 'rv' -c 'wv' -c 'o' -c 'a' -c 'm' -c 's' -c 'rd' -c c -c a"
                    + " @a.raw",
                "qemu-io @nope",
                "qemu-io -f foo @a.raw",
                "qemu-io -f raw -c length @a.raw -t foo",
                "qemu-io -f raw -t none -c 'write 0 512' -c 'read -P 0xcd 0 512' @a.raw",
                "qemu-io -f raw -t writethrough -c 'write 0 512' @a.raw",
                "qemu-io -f raw -n -c 'write 100 512'  -c 'read -v 90 40' @a.raw",
                "qemu-io -d foo -c length @a.raw",
                "qemu-io -i foo -c length @a.raw",
                "qemu-io -i threads -f raw -c length @a.raw",
                "qemu-io -c length --image-opts driver=raw,file.filename=@a.raw",
                "qemu-io -c length --image-opts -f raw driver=raw,file.filename=@a.raw",
                "qemu-io -f raw -c length -U @a.raw",
                "qemu-io -f raw -c length -r -U @a.raw",
                "qemu-io -c 'open -U @a.raw'",
                "qemu-io -c length @a.raw",
                "qemu-io -r -c length @a.raw",
                "qemu-io -f raw -c 'write -f 0 64k' -c 'write -q 0 64k' -c 'read -q -v 0 16' @a.raw"
            })
    void commands_onRawImages_areTheReferences(String line) throws Exception {
        assertSame(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-io -c 'write -P 5 3M 100k' -c 'read -P 5 3M 100k' -c map @a.qcow2",
                "qemu-io -c 'write -z 0 64k' -c 'read -P 0 0 64k' -c 'discard 1M 64k' -c map"
                        + " @a.qcow2",
                "qemu-io -c 'write -z -u 0 64k' -c map @a.qcow2",
                "qemu-io -c 'write -c -P 5 3M 128k' -c 'read -P 5 3M 128k' -c map @a.qcow2",
                "qemu-io -c 'write -c 3M 4k' -c 'write -c 3076k 64k' -c 'write -c 3M 0' @a.qcow2",
                "qemu-io -c 'write -c -f 0 64k' -c 'write -c -n 0 64k' @a.qcow2",
                "qemu-io -c 'write -c -z 0 64k' -c 'read -P 0 0 64k' @a.qcow2",
                "qemu-io -c 'writev -c 0 64k' -c 'aio_write -c 0 64k' @a.qcow2",
                "qemu-io -r -c 'write -c 3M 64k' @a.qcow2",
                "qemu-io -c info @a.qcow2",
                "qemu-io -c info @ext.qcow2",
                "qemu-io -c 'alloc 0 64M' -c map @o.qcow2",
                "qemu-io -c 'write -P 5 1M 4k' -c 'read -P 5 1M 4k' -c 'read -P 8 1028k 60k'"
                        + " @o.qcow2",
                "qemu-io -c 'read -P 1 0 64k' -c 'read -P 8 1M 64k' @o.qcow2",
                "qemu-io -c 'truncate 80M' -c length @a.qcow2",
                "qemu-io -f qcow2 -c length @a.raw",
                "qemu-io -c 'write 64M 1' -c 'read 63M 2M' -c 'discard 63M 2M' @a.qcow2",
                "qemu-io -c 'aio_write -q -P 5 0 64k' -c 'aio_write -q -P 6 64k 64k' -c aio_flush"
                        + " -c 'read -P 5 0 64k' -c 'read -P 6 64k 64k' @z2.qcow2",
                "qemu-io -t none -c 'write -P 5 100 1000' -c 'read -v 90 40' @a.qcow2"
            })
    void commands_onQcow2Images_areTheReferences(String line) throws Exception {
        assertSame(line);
    }

    private void assertSame(String line) throws Exception {
        assertEquals(
                twin.reference(line, "").withoutRates().toString(),
                twin.ours(line, "").withoutRates().toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-io -c reopen @a.raw",
                "qemu-io -c reopen",
                "qemu-io -c 'reopen x' @a.qcow2",
                "qemu-io -c 'reopen -Z' @a.qcow2",
                "qemu-io -c 'reopen -r' -c 'write 0 512' -c 'read 0 512' @a.qcow2",
                "qemu-io -r -c 'reopen -w' -c 'write 0 512' @a.qcow2",
                "qemu-io -r -f raw -c 'reopen -w' -c 'write 0 512' @a.raw",
                "qemu-io -f raw -c 'reopen -r' -c 'write 0 512' -c 'reopen -w' -c 'write 0 512'"
                        + " @a.raw",
                "qemu-io -c 'open -r @o.qcow2' -c 'reopen -w' -c 'write 0 512' -c 'read 1M 512'",
                "qemu-io -c 'reopen -r -w' @a.qcow2",
                "qemu-io -c 'reopen -c none' -c 'read 0 512' -c 'reopen -c writeback' -c 'write 0"
                        + " 512' @a.qcow2",
                "qemu-io -c 'reopen -c foo' @a.qcow2",
                "qemu-io -c 'reopen -c writethrough' -c 'write 0 512' @a.qcow2",
                "qemu-io -c 'reopen -c none -o cache.direct=on' @a.qcow2",
                "qemu-io -c 'reopen -o lazy-refcounts=on' -c info @a.qcow2",
                "qemu-io -c 'reopen -o detect-zeroes=on' -c 'write -P 0 0 64k' -c map @a.qcow2",
                "qemu-io -c 'reopen -o nope=1' -c length @a.qcow2",
                "qemu-io -c 'reopen -r -o read-only=on' -c 'write 0 512' @a.qcow2",
                "qemu-io -c 'reopen -o driver=raw' @a.qcow2",
                "qemu-io -c 'reopen -o driver=qcow2' -c 'read 0 512' @a.qcow2",
                "qemu-io -c 'reopen -o file.filename=/x' @a.qcow2",
                "qemu-io -c 'reopen -o node-name=foo' @a.qcow2",
                "qemu-io -c 'reopen -o backing=' -c 'read 0 512' @o.qcow2"
            })
    void reopen_anyArguments_isTheReferences(String line) throws Exception {
        assertEquals(
                twin.reference(line, "").withoutRates().toString(),
                twin.ours(line, "").withoutRates().toString());
    }

    @Test
    void commands_fromStandardInput_areTheReferences() throws Exception {
        String input =
                "length\nwrite -P 3 0 4k\nbogus\n\nread -P 7 0 4k\nclose\nlength\nquit\nlength\n";

        assertEquals(
                twin.reference("qemu-io @a.qcow2", input).withoutRates().toString(),
                twin.ours("qemu-io @a.qcow2", input).withoutRates().toString());
    }

    @Test
    void commands_withoutEndOfInput_endWithIt() throws Exception {
        String input = "length\nlength";

        assertEquals(
                twin.reference("qemu-io @a.qcow2", input).toString(),
                twin.ours("qemu-io @a.qcow2", input).toString());
    }
}
