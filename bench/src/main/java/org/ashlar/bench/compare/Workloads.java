package org.ashlar.bench.compare;

import static org.ashlar.bench.nbd.Load.Operation.READ;
import static org.ashlar.bench.nbd.Load.Operation.WRITE;

import java.util.List;
import org.ashlar.bench.compare.ReadsAndWrites.Disk;
import org.ashlar.bench.compare.ReadsAndWrites.Peer;
import org.ashlar.bench.compare.ReadsAndWrites.Shape;
import org.ashlar.bench.compare.Requests.First;

/** All workloads with what is wanted of each first. Stateless. */
final class Workloads {
    private static final int KIB4 = 4096;
    private static final int MIB = 1 << 20;
    private static final List<Peer> QEMU = Peer.QEMU;
    private static final List<Peer> NBDKITS = Peer.NBDKITS;
    private static final List<Peer> RAW_MIB =
            List.of(Peer.NBDKIT, Peer.NBDKIT_ONE_THREAD, Peer.QEMU_NBD);

    private Workloads() {}

    static List<Workload> all() {
        return List.of(
                reads("qcow2-read-4k-d1", Disk.QCOW2, KIB4, 1, new First(1.5, 0.6), QEMU),
                reads("qcow2-read-4k-d16", Disk.QCOW2, KIB4, 16, new First(3, 0.4), QEMU),
                reads("qcow2-read-4k-d32", Disk.QCOW2, KIB4, 32, new First(3, 0.4), QEMU),
                reads("raw-read-4k-d1", Disk.RAW, KIB4, 1, First.rate(0.9), NBDKITS),
                reads("raw-read-4k-d16", Disk.RAW, KIB4, 16, First.rate(1.3), NBDKITS),
                reads("raw-read-4k-d32", Disk.RAW, KIB4, 32, First.rate(1.3), NBDKITS),
                reads("raw-read-1m", Disk.RAW, MIB, 4, First.rate(1.0), RAW_MIB),
                reads("qcow2-read-1m", Disk.QCOW2, MIB, 4, First.rate(1.5), QEMU),
                writes("raw-write-4k-d1", Disk.RAW, KIB4, 1, First.rate(0.9), NBDKITS),
                writes("raw-write-4k-d16", Disk.RAW, KIB4, 16, First.rate(0.8), NBDKITS),
                writes("qcow2-write-4k-d16", Disk.QCOW2, KIB4, 16, First.rate(1.5), QEMU),
                new AllocatingWrites("qcow2-allocate-4k-d16", 16, First.rate(1.0)),
                writes("raw-write-1m", Disk.RAW, MIB, 4, First.rate(0.9), RAW_MIB),
                writes("qcow2-write-1m", Disk.QCOW2, MIB, 4, First.rate(1.0), QEMU),
                convert("convert-qcow2-raw", List.of("-O", "raw"), 4, 1.5),
                convert("convert-qcow2-qcow2", List.of("-O", "qcow2"), 4, 1.5),
                convert("convert-zlib", List.of("-c", "-O", "qcow2"), 0.25, 1.0),
                convert(
                        "convert-zstd",
                        List.of("-c", "-O", "qcow2", "-o", "compression_type=zstd"),
                        0.5,
                        1.2),
                new StreamJob("stream", 0.8),
                reads("chain-100-read-4k-d16", Disk.CHAIN_OF_100, KIB4, 16, First.rate(1), QEMU),
                reads("chain-200-read-4k-d16", Disk.CHAIN_OF_200, KIB4, 16, First.rate(1), QEMU),
                new OpeningOfChain("chain-200-open", 200, 2),
                new Memory("memory-idle", false, 80),
                new Memory("memory-1t-reads", true, 120),
                new ShortCommand("img-info", 150));
    }

    private static Workload reads(
            String name, Disk disk, int size, int depth, First first, List<Peer> peers) {
        return new ReadsAndWrites(name, disk, READ, new Shape(size, depth), first, peers);
    }

    private static Workload writes(
            String name, Disk disk, int size, int depth, First first, List<Peer> peers) {
        return new ReadsAndWrites(name, disk, WRITE, new Shape(size, depth), first, peers);
    }

    private static Workload convert(String name, List<String> options, double times, double first) {
        return new Conversion(name, options, times, first);
    }
}
