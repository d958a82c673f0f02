package org.ashlar.tools.img;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.ashlar.tools.Twin;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that only look at images print and exit as the reference's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImgReadingReferenceTest {

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
                "qemu-img",
                "qemu-img foo",
                "qemu-img --foo",
                "qemu-img -Z",
                "qemu-img info",
                "qemu-img info @a.raw",
                "qemu-img info --output=json @a.raw",
                "qemu-img info -f raw @a.raw",
                "qemu-img info -f qcow2 @a.raw",
                "qemu-img info -f foo @a.raw",
                "qemu-img info @nope",
                "qemu-img info a b",
                "qemu-img info --foo a",
                "qemu-img info --output a",
                "qemu-img info --output=xml @a.raw",
                "qemu-img info --out=json @a.raw",
                "qemu-img info --out",
                "qemu-img info file:@a.raw",
                "qemu-img info foo:a.raw",
                "qemu-img info /tmp",
                "qemu-img info -t none @a.raw",
                "qemu-img info @odd.raw",
                "qemu-img info @snaps.qcow2",
                "qemu-img info --output=json @snaps.qcow2",
                "qemu-img info -U --backing-chain @snapov.qcow2",
                "qemu-img info --output=json --backing-chain @snapov.qcow2",
                "qemu-img info --image-opts driver=raw,file.filename=@a.raw",
                "qemu-img info --image-opts -f raw driver=raw",
                "qemu-img info --backing-chain @a.raw",
                "qemu-img info --backing-chain --output=json @a.raw",
                "qemu-img info @end.raw",
                "qemu-img info ''",
                "qemu-img info @luks.qcow2",
                "qemu-img info --output=json @luks.qcow2",
                "qemu-img info @cbc.qcow2",
                "qemu-img info --output=json @cbc.qcow2",
                "qemu-img info @aes.qcow2",
                "qemu-img info --output=json @aes.qcow2",
                "qemu-img info @data.qcow2",
                "qemu-img info --output=json @flat.qcow2",
                "qemu-img info @lost.qcow2",
                "qemu-img info @lazy.qcow2",
                "qemu-img info @stale.qcow2",
                "qemu-img info --output=json @stale.qcow2",
                "qemu-img info @corrupt.qcow2",
                "qemu-img info --output=json @dirty.qcow2",
                "qemu-img info --image-opts driver=qcow2,file.filename=@a.qcow2,nope=1",
                "qemu-img info --image-opts driver=file,filename=@a.raw,nope=1",
                "qemu-img info --image-opts driver=raw,file.filename=@a.raw,file.nope=1",
                "qemu-img info --image-opts filename=@a.qcow2",
                "qemu-img info --image-opts ''",
                "qemu-img info --image-opts x=1,",
                "qemu-img info 'json:{\"driver\":\"qcow2\",\"file\":'",
                "qemu-img info 'json:{}'",
                "qemu-img info nbd:unix:/nope",
                "qemu-img info nbd+unix:///?socket=/nope",
                "qemu-img info @a.qcow2",
                "qemu-img info @o.qcow2",
                "qemu-img info --backing-chain @o.qcow2",
                "qemu-img info --output=json @o.qcow2",
                "qemu-img info --output=json --backing-chain @o.qcow2",
                "qemu-img info @dir/bad.qcow2",
                "qemu-img info --backing-chain @dir/bad.qcow2",
                "qemu-img info -f raw @o.qcow2",
                "qemu-img info @comp.qcow2",
                "qemu-img info @v2.qcow2",
                "qemu-img info --output=json @v2.qcow2",
                "qemu-img info @ext.qcow2",
                "qemu-img info --image-opts driver=qcow2,file.filename=@o.qcow2",
                "qemu-img info"
                    + " 'json:{\"driver\":\"qcow2\",\"file\":{\"driver\":\"file\",\"filename\":\"@o.qcow2\"}}'"
            })
    void info_anyArguments_isTheReferences(String line) throws Exception {
        assertSame(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-img map",
                "qemu-img map @a.raw",
                "qemu-img map --output=json @a.raw",
                "qemu-img map --output=json -s 1M -l 64k @a.raw",
                "qemu-img map --output=json -s 100M -l 64k @a.raw",
                "qemu-img map -s 10x @a.raw",
                "qemu-img map -l 10x @a.raw",
                "qemu-img map -s 1 -l 9E @a.raw",
                "qemu-img map --output=foo @a.raw",
                "qemu-img map @nope",
                "qemu-img map @end.raw",
                "qemu-img map --output=json @end.raw",
                "qemu-img map --output=json @hole.raw",
                "qemu-img map @data.qcow2",
                "qemu-img map @lost.qcow2",
                "qemu-img map @dir/beside.qcow2",
                "qemu-img map @a.qcow2",
                "qemu-img map --output=json @whole.qcow2",
                "qemu-img map --output=json @placed.qcow2",
                "qemu-img map --output=json @parts.qcow2",
                "qemu-img map --output=json @partsover.qcow2",
                "qemu-img map --output=json @placeddata.qcow2",
                "qemu-img map --output=json @placedmeta.qcow2",
                "qemu-img map @parts.qcow2",
                "qemu-img map @placed.qcow2",
                "qemu-img compare -s @placed.qcow2 @parts.qcow2",
                "qemu-img map @o.qcow2",
                "qemu-img map --output=json -s 1M -l 64k @a.qcow2",
                "qemu-img map -s 1M -l 64k @a.qcow2",
                "qemu-img map -s 1M -l 0 @a.qcow2",
                "qemu-img map -s 100G -l 1M @a.qcow2",
                "qemu-img map --output=json -s 100G -l 1M @a.qcow2",
                "qemu-img map @dir/bad.qcow2",
                "qemu-img map @comp.qcow2",
                "qemu-img map --output=json @comp.qcow2",
                "qemu-img map --output=json @v2.qcow2",
            })
    void map_anyArguments_isTheReferences(String line) throws Exception {
        assertSame(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-img check @a.raw",
                "qemu-img check -f raw @a.raw",
                "qemu-img check @nope",
                "qemu-img check --image-opts"
                        + " driver=raw,file.driver=qcow2,file.file.filename=@a.qcow2",
                "qemu-img check -r foo @a.raw",
                "qemu-img check @a.qcow2",
                "qemu-img check @o.qcow2",
                "qemu-img check --output=json @a.qcow2",
                "qemu-img check @comp.qcow2",
                "qemu-img check --output=json @comp.qcow2",
                "qemu-img check @ext.qcow2",
                "qemu-img check @v2.qcow2",
                "qemu-img check @dir/bad.qcow2",
                "qemu-img check -q @a.qcow2",
                "qemu-img check -r leaks @a.qcow2",
                "qemu-img check -r all @corrupt.qcow2",
                "qemu-img check -r leaks @corrupt.qcow2",
                "qemu-img check -r all @dirty.qcow2",
                "qemu-img check @corrupt.qcow2",
                "qemu-img check @stale.qcow2",
                "qemu-img check @snaps.qcow2",
                "qemu-img check @lost.qcow2"
            })
    void check_anyArguments_isTheReferences(String line) throws Exception {
        assertSame(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-img compare @a.raw @b.raw",
                "qemu-img compare @a.raw @same.raw",
                "qemu-img compare -s @a.raw @same.raw",
                "qemu-img compare -p @a.raw @same.raw",
                "qemu-img compare -p @a.raw @b.raw",
                "qemu-img compare -q @a.raw @b.raw",
                "qemu-img compare @a.raw @odd.raw",
                "qemu-img compare -s @a.raw @odd.raw",
                "qemu-img compare @a.raw",
                "qemu-img compare @a.raw @nope",
                "qemu-img compare -T foo @a.raw @a.raw",
                "qemu-img compare -f foo @a.raw @a.raw",
                "qemu-img compare @a.raw @a.qcow2",
                "qemu-img compare @a.qcow2 @comp.qcow2",
                "qemu-img compare @a.qcow2 @o.qcow2",
                "qemu-img compare -s @a.qcow2 @o.qcow2",
                "qemu-img compare @z2.qcow2 @a.qcow2",
                "qemu-img compare -p @z2.qcow2 @a.qcow2",
                "qemu-img compare @o.qcow2 @dir/ov.qcow2",
                "qemu-img compare --image-opts driver=qcow2,file.filename=@a.qcow2"
                        + " driver=qcow2,file.filename=@o.qcow2"
            })
    void compare_anyArguments_isTheReferences(String line) throws Exception {
        assertSame(line);
    }

    private void assertSame(String line) throws Exception {
        assertEquals(twin.reference(line, "").toString(), twin.ours(line, "").toString());
    }
}
