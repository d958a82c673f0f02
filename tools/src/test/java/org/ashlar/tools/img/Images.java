package org.ashlar.tools.img;

import org.ashlar.tools.Twin;

/** Images made by the reference's tools. Stateless. */
public final class Images {

    private Images() {}

    /** Fills the fixture. */
    public static void make(Twin twin) throws Exception {
        raw(twin);
        qcow2(twin);
        special(twin);
        placed(twin);
    }

    /** Images in which host clusters are set aside for what is not read from there. */
    private static void placed(Twin twin) throws Exception {
        twin.prepare(
                "qemu-img create -q -f qcow2 @placed.qcow2 4M",
                "qemu-io -c 'write -P 1 0 256k' -c 'write -z 64k 64k' -c 'write -z -u 128k 64k' -c"
                        + " 'write -z 1M 256k' -c 'discard 192k 64k' @placed.qcow2",
                "qemu-img create -q -f qcow2 -o extended_l2=on,cluster_size=128k @parts.qcow2 4M",
                "qemu-io -c 'write -P 1 0 8k' -c 'write -P 2 12k 4k' -c 'write -z 20k 8k' -c"
                        + " 'write -P 3 128k 128k' -c 'write -z 132k 8k' -c 'write -z -u 256k 128k'"
                        + " -c 'discard 140k 8k' -c 'write -z 2M 12k' @parts.qcow2",
                "qemu-img create -q -f qcow2 -o extended_l2=on -b parts.qcow2 -F qcow2"
                        + " @partsover.qcow2",
                "qemu-io -c 'write -P 1 4k 4k' -c 'write -z 12k 4k' -c 'write -P 3 140k 4k'"
                        + " @partsover.qcow2",
                "qemu-img create -q -f qcow2 -o data_file=@placed.raw @placeddata.qcow2 2M",
                "qemu-io -c 'write -P 1 0 128k' -c 'write -z 0 64k' -c 'write -z -u 1M 64k'"
                        + " @placeddata.qcow2",
                "qemu-img create -q -f qcow2 -o preallocation=metadata @placedmeta.qcow2 2M",
                "qemu-io -c 'write -P 1 64k 64k' -c 'write -z 256k 128k' @placedmeta.qcow2");
    }

    /** Images that end within a sector, are encrypted, have data elsewhere, or say odd things. */
    private static void special(Twin twin) throws Exception {
        twin.prepare(
                "truncate -s 1000001 @end.raw",
                "qemu-io -f raw -c 'write -P 3 999424 577' @end.raw",
                "truncate -s 4097 @hole.raw",
                encrypted("luks.qcow2", "format=luks,encrypt.iter-time=10"),
                encrypted(
                        "cbc.qcow2",
                        "format=luks,encrypt.iter-time=10,encrypt.ivgen-alg=essiv,"
                                + "encrypt.ivgen-hash-alg=sha256,encrypt.cipher-mode=cbc,"
                                + "encrypt.cipher-alg=aes-128"),
                encrypted("aes.qcow2", "format=aes"),
                "qemu-img create -q -f qcow2 -o data_file=@data.raw @data.qcow2 1M",
                "qemu-img create -q -f qcow2 -o data_file=@flat.raw,data_file_raw=on @flat.qcow2"
                        + " 1M",
                "qemu-img create -q -f qcow2 -o data_file=@gone.raw @lost.qcow2 1M",
                "rm @gone.raw",
                "qemu-img create -q -f qcow2 -o data_file=target/beside.raw @dir/beside.qcow2 1M",
                "qemu-img create -q -f qcow2 -o"
                        + " lazy_refcounts=on,compression_type=zstd,refcount_bits=1 @lazy.qcow2 1M",
                "cp @snaps.qcow2 @stale.qcow2",
                "dd if=/dev/zero of=@stale.qcow2 bs=1 seek=88 count=8 conv=notrunc",
                "cp @a.qcow2 @corrupt.qcow2",
                "cp @a.qcow2 @dirty.qcow2",
                "sh -c 'printf \"\\002\" | dd of=@corrupt.qcow2 bs=1 seek=79 conv=notrunc'",
                "sh -c 'printf \"\\001\" | dd of=@dirty.qcow2 bs=1 seek=79 conv=notrunc'");
    }

    /** Tried again: on a busy machine the reference may fail to measure how fast it is. */
    private static String encrypted(String name, String options) {
        return "sh -c 'for i in $(seq 100); do qemu-img create -q -f qcow2 --object"
                + " secret,id=s,data=abc -o encrypt.key-secret=s,encrypt."
                + options
                + " @"
                + name
                + " 2M && exit; done; exit 1'";
    }

    private static void raw(Twin twin) throws Exception {
        twin.prepare(
                "qemu-img create -q @a.raw 10M",
                "qemu-io -f raw -c 'write -P 1 0 64k' -c 'write -P 2 1M 128k' -c 'write -P 7 5000k"
                        + " 3k' @a.raw",
                "cp @a.raw @b.raw",
                "cp @a.raw @same.raw",
                "qemu-io -f raw -c 'write -P 9 3072100 100' @b.raw",
                "qemu-img create -q @odd.raw 1000k",
                "qemu-io -f raw -c 'write -P 3 1000000 1' @odd.raw",
                "dd if=/dev/urandom of=@rnd.raw bs=1M count=3");
    }

    private static void qcow2(Twin twin) throws Exception {
        twin.prepare(
                "mkdir @dir",
                "qemu-img create -q -f qcow2 @a.qcow2 64M",
                "qemu-io -c 'write -P 1 0 64k' -c 'write -P 2 1M 128k' -c 'write -z 2M 64k' -c"
                        + " 'write -P 4 5000k 3k' @a.qcow2",
                "qemu-img create -q -f qcow2 @whole.qcow2 64M",
                "qemu-io -c 'write -P 1 0 64k' -c 'write -P 2 1M 128k' -c 'write -z 2M 64k'"
                        + " @whole.qcow2",
                "qemu-img create -q -f qcow2 -b a.qcow2 -F qcow2 @o.qcow2",
                "qemu-io -c 'write -P 1 10M 64k' -c 'write -P 8 1M 64k' -c 'write -z 3M 1M'"
                        + " @o.qcow2",
                "cp @a.qcow2 @dir/base.qcow2",
                "qemu-img create -q -f qcow2 -b base.qcow2 -F qcow2 @dir/ov.qcow2",
                "qemu-img create -q -u -f qcow2 -b nope.qcow2 -F qcow2 @dir/bad.qcow2 1M",
                "qemu-img convert -c -O qcow2 @a.qcow2 @comp.qcow2",
                "qemu-img create -q -f qcow2 -o compat=0.10 @v2.qcow2 10M",
                "qemu-img create -q -f qcow2 -o extended_l2=on,cluster_size=128k @ext.qcow2 50M",
                "qemu-io -c 'write -P 6 5M 10k' @ext.qcow2",
                "qemu-img create -q -f qcow2 @z2.qcow2 2M",
                "cp @a.qcow2 @snaps.qcow2",
                "qemu-img snapshot -c first @snaps.qcow2",
                "qemu-img snapshot -c 'a longer näme with blanks' @snaps.qcow2",
                "qemu-img bitmap --add @snaps.qcow2 b0",
                "qemu-img bitmap --add --disable -g 32k @snaps.qcow2 b1",
                "qemu-img create -q -f qcow2 -b snaps.qcow2 -F qcow2 @snapov.qcow2");
    }
}
