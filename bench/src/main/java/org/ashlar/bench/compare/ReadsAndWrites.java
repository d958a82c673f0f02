package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.bench.compare.Programs.Image;
import org.ashlar.bench.nbd.Load.Operation;

/**
 * Reads from, or writes to, an image that is allocated, at random offsets. Those who write have a
 * copy each. Immutable.
 *
 * @param peers who is compared with
 */
record ReadsAndWrites(
        String name,
        Disk disk,
        Operation operation,
        Shape shape,
        Requests.First first,
        List<Peer> peers)
        implements Workload {

    /** How requests look: their length in bytes, and how many are in flight. */
    record Shape(int blockSize, int depth) {}

    /** What is served. */
    enum Disk {
        RAW("raw"),
        QCOW2("qcow2"),
        CHAIN_OF_100("qcow2"),
        CHAIN_OF_200("qcow2");

        private final String format;

        Disk(String format) {
            this.format = format;
        }

        private Path image(Inputs inputs, long length) throws IOException {
            return switch (this) {
                case RAW -> inputs.random(length);
                case QCOW2 -> inputs.allocated(length);
                case CHAIN_OF_100 -> inputs.chain(100, length);
                case CHAIN_OF_200 -> inputs.chain(200, length);
            };
        }

        /** Returns where the bytes lie. */
        private Path data(Inputs inputs, long length) throws IOException {
            return this == RAW ? inputs.random(length) : inputs.allocated(length);
        }
    }

    /** Who is compared with. */
    enum Peer {
        QEMU_NBD,
        STORAGE_DAEMON,
        NBDKIT,
        NBDKIT_ONE_THREAD;

        /** All that serve any image. */
        static final List<Peer> QEMU = List.of(QEMU_NBD, STORAGE_DAEMON);

        /** All that serve raw images best. */
        static final List<Peer> NBDKITS = List.of(NBDKIT, NBDKIT_ONE_THREAD);

        private Server serve(Programs programs, Image image) throws IOException {
            return switch (this) {
                case QEMU_NBD -> programs.qemuNbd(image);
                case STORAGE_DAEMON -> programs.storageDaemon(image);
                case NBDKIT -> programs.nbdkit(image, false);
                case NBDKIT_ONE_THREAD -> programs.nbdkit(image, true);
            };
        }
    }

    ReadsAndWrites {
        peers = List.copyOf(peers);
    }

    @Override
    public List<Verdict> run(Bench bench) throws Exception {
        Inputs inputs = bench.inputs();
        long length = bench.effort().imageBytes();
        boolean writes = operation != Operation.READ;
        List<Path> held = writes ? List.of() : List.of(disk.data(inputs, length));
        List<Server> servers = new ArrayList<>();
        try {
            servers.add(bench.programs().ashlar(image(inputs, length, "ashlar")));
            servers.addAll(peers(bench, length));
            return new Requests(operation, shape.blockSize, shape.depth, first)
                    .compare(servers, held, bench.effort());
        } finally {
            Workload.close(servers);
        }
    }

    private List<Server> peers(Bench bench, long length) throws IOException {
        Programs programs = bench.programs();
        if (programs.hasOther()) {
            return List.of(programs.otherAshlar(image(bench.inputs(), length, "other")));
        }
        List<Server> servers = new ArrayList<>();
        for (Peer peer : peers) {
            servers.add(peer.serve(programs, image(bench.inputs(), length, peer.name())));
        }
        return servers;
    }

    private Image image(Inputs inputs, long length, String who) throws IOException {
        Path image = disk.image(inputs, length);
        boolean writes = operation != Operation.READ;
        return writes
                ? new Image(inputs.copy(image, "copy-" + who), disk.format, true)
                : new Image(image, disk.format, false);
    }
}
