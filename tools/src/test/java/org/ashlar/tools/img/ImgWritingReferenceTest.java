package org.ashlar.tools.img;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.ashlar.tools.Outcome;
import org.ashlar.tools.Twin;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands that make and change images do, print and exit as the reference's. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ImgWritingReferenceTest {

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
                "qemu-img create @x.raw 1M",
                "qemu-img create -f raw -o preallocation=full @x.raw 1M",
                "qemu-img create -f raw -o preallocation=falloc @x.raw 1M",
                "qemu-img create -f raw -o preallocation=foo @x.raw 1M",
                "qemu-img create -f raw -o size=2M @x.raw",
                "qemu-img create -f raw -o size=2M @x.raw 1M",
                "qemu-img create -f raw -b @a.raw @x.raw 1M",
                "qemu-img create -f raw /nonexist/x.raw 1M",
                "qemu-img create -f foo @x.raw 1M",
                "qemu-img create",
                "qemu-img create @x.raw",
                "qemu-img create @x.raw 1X",
                "qemu-img create @x.raw 99999999999999999999",
                "qemu-img create @x.raw 8E",
                "qemu-img create @x.raw 1 2 3",
                "qemu-img create @x.raw 1.5k",
                "qemu-img create @x.raw 1000001",
                "qemu-img create -f raw -o foo=bar @x.raw 1M",
                "qemu-img create -q @x.raw 1M",
                "qemu-img create -f raw foo:x 1M",
                "qemu-img create --foo",
                "qemu-img create -f",
                "qemu-img create -f raw -o help",
                "qemu-img create -f raw -o help @x.raw",
                "qemu-img create -f raw -o nocow=on,extent_size_hint=2M,preallocation=off @x.raw"
                        + " 1M",
                "qemu-img create -f raw -o nocow=maybe @x.raw 1M",
                "qemu-img create -f raw -o extent_size_hint=foo @x.raw 1M",
                "qemu-img create -f raw -o extent_size_hint=0 @x.raw 1M",
                "qemu-img create -f raw -o extent_size_hint=5G @x.raw 1M",
                "qemu-img create -f qcow2 -o extent_size_hint=5G @x.qcow2 1M",
                "qemu-img create -f qcow2 -o extent_size_hint=1M,nocow=on @x.qcow2 1M",
                "qemu-img create -Z",
                "qemu-img create -o size=foo @x.raw",
                "qemu-img create -f qcow2 @x.qcow2 1.5G",
                "qemu-img create -f qcow2 -b @a.qcow2 -F qcow2 @x.qcow2",
                "qemu-img create -f qcow2 -o"
                        + " backing_file=@a.qcow2,backing_fmt=qcow2,cluster_size=4k @x.qcow2 100M",
                "qemu-img create -f qcow2 -b @a.qcow2 @x.qcow2",
                "qemu-img create -f qcow2 -b @nope.qcow2 -F qcow2 @x.qcow2",
                "qemu-img create -f qcow2 -u -b @nope.qcow2 -F qcow2 @x.qcow2 1M",
                "qemu-img create -f qcow2 -u -b @nope.qcow2 -F qcow2 @x.qcow2",
                "qemu-img create -f qcow2 -u -b @nope.qcow2 @x.qcow2 1M",
                "qemu-img create -f qcow2 @x.qcow2",
                "qemu-img create -f qcow2 -o foo=bar @x.qcow2 1M",
                "qemu-img create -f qcow2 -o cluster_size=3k @x.qcow2 1M",
                "qemu-img create -f qcow2 -o cluster_size=abc @x.qcow2 1M",
                "qemu-img create -f qcow2 -o cluster_size @x.qcow2 1M",
                "qemu-img create -f qcow2 -o compat=0.9 @x.qcow2 1M",
                "qemu-img create -f qcow2 -o compat=0.10 @x.qcow2 1M",
                "qemu-img create -f qcow2 -o compat=0.10,lazy_refcounts=on @x.qcow2 1M",
                "qemu-img create -f qcow2 -o lazy_refcounts @x.qcow2 1M",
                "qemu-img create -f qcow2 -o nolazy_refcounts @x.qcow2 1M",
                "qemu-img create -f qcow2 -o lazy_refcounts=foo @x.qcow2 1M",
                "qemu-img create -f qcow2 -o refcount_bits=foo @x.qcow2 1M",
                "qemu-img create -f qcow2 -o refcount_bits=7 @x.qcow2 1M",
                "qemu-img create -f qcow2 -o preallocation=foo @x.qcow2 1M",
                "qemu-img create -f qcow2 -o preallocation=metadata @x.qcow2 10M",
                "qemu-img create -f qcow2 -o preallocation=full @x.qcow2 1M",
                "qemu-img create -f qcow2 -o preallocation=falloc @x.qcow2 1M",
                "qemu-img create -f qcow2 -o extended_l2=on,compression_type=zstd,refcount_bits=1"
                        + " @x.qcow2 1M",
                "qemu-img create -f qcow2 -o lazy_refcounts=on -o cluster_size=128k @x.qcow2 1M",
                "qemu-img create -f qcow2 -o cluster_size=64k,cluster_size=128k @x.qcow2 1M",
                "qemu-img create -f qcow2 -b @a.qcow2 -F qcow2 -o backing_file=@b.qcow2 @x.qcow2"
                        + " 1M",
                "qemu-img create -f qcow2 -b @a.qcow2 -F foo @x.qcow2 1M",
                "qemu-img create -f qcow2 -b @x.qcow2 -F qcow2 @x.qcow2 1M",
                "qemu-img create -f qcow2 -b '' -F qcow2 @x.qcow2 1M",
                "qemu-img create -f qcow2 -o backing_fmt=qcow2 @x.qcow2 1M",
                "qemu-img create -f qcow2 @x.qcow2 3E",
                "qemu-img create -f qcow2 @x.qcow2 0",
                "qemu-img create -f qcow2 @x.qcow2 1000001",
                "qemu-img create -f qcow2 /nonexist/x.qcow2 1M",
                "qemu-img create -f qcow2 -o data_file=@d.raw @x.qcow2 1M",
                "qemu-img create -f qcow2 -b foo:bar -F qcow2 @x.qcow2 1M",
                "qemu-img create -f qcow2 -b @a.raw -F raw @x.qcow2"
            })
    void create_anyArguments_isTheReferences(String line) throws Exception {
        assertSame(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-img resize -f raw @a.raw 20M",
                "qemu-img resize @a.raw +1M",
                "qemu-img resize -f raw @a.raw 1M",
                "qemu-img resize -f raw --shrink @a.raw 1M",
                "qemu-img resize -f raw @a.raw -1M",
                "qemu-img resize -f raw @a.raw -1G",
                "qemu-img resize -f raw @a.raw foo",
                "qemu-img resize -f raw @a.raw +1X",
                "qemu-img resize -f raw",
                "qemu-img resize -q -f raw @a.raw 21M",
                "qemu-img resize -f raw --preallocation=full @a.raw 21M",
                "qemu-img resize -f raw --preallocation=foo @a.raw 21M",
                "qemu-img resize -f raw --preallocation=full @a.raw 1M",
                "qemu-img resize @nope 1M",
                "qemu-img resize @z2.qcow2 +1",
                "qemu-img resize --shrink @a.qcow2 70000",
                "qemu-img resize -f raw a b 1M",
                "qemu-img resize @a.qcow2 +1G",
                "qemu-img resize @a.qcow2 1G",
                "qemu-img resize --shrink @a.qcow2 1G",
                "qemu-img resize @a.qcow2 -512M",
                "qemu-img resize --shrink @a.qcow2 -512M",
                "qemu-img resize --preallocation=metadata @z2.qcow2 4M"
            })
    void resize_anyArguments_isTheReferences(String line) throws Exception {
        assertSame(line);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-img resize --shrink @a.qcow2 1M",
                "qemu-img resize --shrink @a.qcow2 512",
                "qemu-img resize --shrink @a.qcow2 5M",
                "qemu-img resize --shrink @o.qcow2 1M",
                "qemu-img resize --shrink @comp.qcow2 1M",
                "qemu-io -c 'truncate 1M' @a.qcow2",
                "qemu-img resize -f raw --shrink @a.raw 1M"
            })
    void file_afterShrinking_isAsLongAsTheReferences(String line) throws Exception {
        twin.reference(line, "");
        long expected = twin.bytes();
        twin.ours(line, "");

        assertEquals(expected, twin.bytes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-img convert @a.raw @c.raw",
                "qemu-img convert -f raw -O raw @odd.raw @c.raw",
                "qemu-img convert -p -f raw -O raw @a.raw @c.raw",
                "qemu-img convert -p -q -f raw -O raw @a.raw @c.raw",
                "qemu-img convert -n -f raw -O raw @a.raw @odd.raw",
                "qemu-img convert -n -f raw -O raw @a.raw @same.raw",
                "qemu-img convert -n -f raw -O raw @a.raw @nope",
                "qemu-img convert -n --target-is-zero -f raw -O raw @a.raw @same.raw",
                "qemu-img convert --target-is-zero -f raw -O raw @a.raw @x.raw",
                "qemu-img convert -f raw -O foo @a.raw @x.raw",
                "qemu-img convert -f raw -O raw @a.raw",
                "qemu-img convert -f raw -O raw @nope x",
                "qemu-img convert -O raw -S 3 @a.raw @c.raw",
                "qemu-img convert -O raw -S foo @a.raw @c.raw",
                "qemu-img convert -O raw -S 0 @a.raw @c.raw",
                "qemu-img convert -O raw -S 64k @a.raw @c.raw",
                "qemu-img convert -O raw -S 1M @a.raw @c.raw",
                "qemu-img convert -O raw -m 0 @a.raw @c.raw",
                "qemu-img convert -O raw -m 1 @a.raw @c.raw",
                "qemu-img convert -O raw -m 16 -W @a.raw @c.raw",
                "qemu-img convert -O raw -c @a.raw @c.raw",
                "qemu-img convert -O raw -B @a.qcow2 @a.raw @c.raw",
                "qemu-img convert -O raw -B @a.qcow2 -F qcow2 @a.raw @c.raw",
                "qemu-img convert -O raw @a.raw @odd.raw @rnd.raw @c.raw",
                "qemu-img convert -O raw --target-image-opts @a.raw"
                        + " driver=raw,file.filename=@c.raw",
                "qemu-img convert -n --target-image-opts @a.raw driver=raw,file.filename=@odd.raw",
                "qemu-img convert -n --target-image-opts @a.raw driver=raw,file.filename=@same.raw",
                "qemu-img convert -O raw -T foo @a.raw @c.raw",
                "qemu-img convert -O raw -t none -T none @a.raw @c.raw",
                "qemu-img convert -O raw -t writethrough @a.raw @c.raw",
                "qemu-img convert -O raw -o foo=bar @a.raw @c.raw",
                "qemu-img convert -O raw -C -S 4k @a.raw @c.raw",
                "qemu-img convert -O raw -C -c @a.raw @c.raw",
                "qemu-img convert -O raw -C @a.raw @c.raw",
                "qemu-img convert -O raw @a.raw /nonexist/c.raw",
                "qemu-img convert -O raw @end.raw @c.raw",
                "qemu-img convert -O qcow2 @end.raw @c.qcow2",
                "qemu-img convert -O raw @stale.qcow2 @c.raw",
                "qemu-img convert -O raw @lost.qcow2 @c.raw",
                "qemu-img convert -o help -O raw",
                "qemu-img convert -n -o foo=1 -O raw @a.raw @b.raw",
                "qemu-img convert -n --target-image-opts -O raw @a.raw"
                        + " driver=raw,file.filename=@b.raw",
                "qemu-img convert -O qcow2 -o backing_file=@a.qcow2 @o.qcow2 @c.qcow2",
                "qemu-img convert -O qcow2 -o backing_file=@a.qcow2,backing_fmt=qcow2 @o.qcow2"
                        + " @c.qcow2",
                "qemu-img convert -O raw @a.raw @a.raw",
                "qemu-img convert",
                "qemu-img convert -f raw --image-opts driver=raw,file.filename=@a.raw @x.raw",
                "qemu-img convert --image-opts driver=raw,file.filename=@a.raw @x.raw",
                "qemu-img convert -Z",
                "qemu-img convert -O raw -o preallocation=full @a.raw @c.raw",
                "qemu-img convert -O raw -o size=20M @a.raw @c.raw",
                "qemu-img convert -O qcow2 @a.raw @c.qcow2",
                "qemu-img convert -f raw -O qcow2 @a.raw @c.qcow2",
                "qemu-img convert -p -f raw -O qcow2 @a.raw @c.qcow2",
                "qemu-img convert -O raw @a.qcow2 @c.raw",
                "qemu-img convert -O raw @o.qcow2 @c.raw",
                "qemu-img convert -p -O raw @o.qcow2 @c.raw",
                "qemu-img convert -O raw @comp.qcow2 @c.raw",
                "qemu-img convert -O raw @ext.qcow2 @c.raw",
                "qemu-img convert -O qcow2 -B @a.qcow2 -F qcow2 @o.qcow2 @c.qcow2",
                "qemu-img convert -O qcow2 -B @a.qcow2 @o.qcow2 @c.qcow2",
                "qemu-img convert -O raw -B @a.qcow2 -F qcow2 @o.qcow2 @c.raw",
                "qemu-img convert -O qcow2 -o extended_l2=on,cluster_size=128k @a.qcow2 @c.qcow2",
                "qemu-img convert -O qcow2 -o preallocation=metadata @a.raw @c.qcow2",
                "qemu-img convert -O qcow2 -S 0 @a.raw @c.qcow2",
                "qemu-img convert -n -O qcow2 @a.raw @z2.qcow2",
                "qemu-img convert -n -O qcow2 @z2.qcow2 @a.qcow2",
                "qemu-img convert -n -O raw @z2.qcow2 @rnd.raw",
                "qemu-img convert -O qcow2 @a.qcow2 @a.qcow2",
                "qemu-img convert -O qcow2 -W -m 16 @rnd.raw @a.raw @c.qcow2",
                "qemu-img convert -O qcow2 -o size=20M @a.raw @c.qcow2",
                "qemu-img convert -c -O qcow2 @a.raw @c.qcow2",
                "qemu-img convert -c -p -O qcow2 @rnd.raw @c.qcow2",
                "qemu-img convert -c -W -m 3 -O qcow2 @a.qcow2 @c.qcow2",
                "qemu-img convert -c -O qcow2 -o compression_type=zstd @odd.raw @c.qcow2",
                "qemu-img convert -c -O qcow2 -o"
                        + " compression_type=zstd,extended_l2=on,cluster_size=2M @a.raw @c.qcow2",
                "qemu-img convert -c -O qcow2 -o cluster_size=512 @odd.raw @c.qcow2",
                "qemu-img convert -c -O qcow2 -o compat=0.10 @odd.raw @rnd.raw @c.qcow2",
                "qemu-img convert -c -O qcow2 -S 0 @a.raw @c.qcow2",
                "qemu-img convert -c -O qcow2 -B @a.qcow2 -F qcow2 @o.qcow2 @c.qcow2",
                "qemu-img convert -c -n -O qcow2 @z2.qcow2 @a.qcow2",
                "qemu-img convert -c -O qcow2 -o compression_type=lzma @a.raw @c.qcow2",
                "qemu-img convert -c -O qcow2 -o compression_type=zstd,compat=0.10 @a.raw @c.qcow2",
                "qemu-img convert -c -O qcow2 -o preallocation=metadata @a.raw @c.qcow2",
                "qemu-img convert -c -O qcow2 -o preallocation=off @odd.raw @c.qcow2",
                "qemu-img convert -c -n -O raw @a.raw @b.raw",
                "qemu-img convert -c -m 17 -O qcow2 @a.raw @c.qcow2",
                "qemu-img convert -c -O foo @a.raw @c.qcow2"
            })
    void convert_anyArguments_isTheReferences(String line) throws Exception {
        assertSame(line);
    }

    /** The reference leaves what it has made. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "qemu-img convert -O raw -t foo @a.raw @made",
                "qemu-img convert -c -O qcow2 -o data_file=@made.data @a.raw @made"
            })
    void convert_failingOnceTheTargetIsMade_isTheReferencesButForTheTarget(String line)
            throws Exception {
        Outcome reference = twin.reference(line, "");
        Outcome ours = twin.ours(line, "");

        assertEquals(reference.exit(), ours.exit());
        assertEquals(reference.out() + reference.err(), ours.out() + ours.err());
        assertTrue(reference.files().contains("made"), reference.files());
        assertFalse(ours.files().contains("made"), ours.files());
    }

    /** The reference cannot: its last write is a part of a cluster, and not at the end. */
    @Test
    void convert_compressedIntoALongerImage_holdsWhatItHoldsUncompressed() throws Exception {
        assertEquals(
                twin.reference("qemu-img convert -n -O qcow2 @odd.raw @z2.qcow2", "").toString(),
                twin.ours("qemu-img convert -c -n -O qcow2 @odd.raw @z2.qcow2", "").toString());
    }

    private void assertSame(String line) throws Exception {
        assertEquals(
                twin.reference(line, "").withoutRates().toString(),
                twin.ours(line, "").withoutRates().toString());
    }
}
