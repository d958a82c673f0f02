package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Child;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.Request;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Writes that read first, against others that change the same bytes in between. */
class PopulateTest {
    private static final Permissions FILLING =
            new Permissions(
                    Set.of(Permission.CONSISTENT_READ, Permission.WRITE_UNCHANGED),
                    EnumSet.allOf(Permission.class));

    /** What a client does to the block that is being filled. */
    enum Change {
        WRITE,
        PART,
        ZERO,
        DISCARD;

        void make(Root client) throws IOException {
            try (Admission admission = client.consumer("client").admit(Access.WRITE)) {
                Request request = admission.request();
                switch (this) {
                    case WRITE ->
                            client.root()
                                    .write(
                                            request,
                                            0,
                                            MemorySegment.ofArray(filled(4096, 2)),
                                            IoFlags.NONE);
                    case PART ->
                            client.root()
                                    .write(
                                            request,
                                            8,
                                            MemorySegment.ofArray(filled(8, 2)),
                                            IoFlags.NONE);
                    case ZERO -> client.root().zero(request, 0, 4096, IoFlags.NONE);
                    case DISCARD -> client.root().discard(request, 0, 4096);
                }
            }
        }

        byte[] result() {
            byte[] block = filled(4096, this == WRITE ? 2 : 0);
            if (this == PART) {
                block = filled(4096, 7);
                System.arraycopy(filled(8, 2), 0, block, 8, 8);
            }
            return block;
        }
    }

    @ParameterizedTest
    @EnumSource(Change.class)
    void populate_heldBetweenReadAndWrite_keepsWhatTheClientDidMeanwhile(Change change)
            throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.addHeld("base");
            test.disk("base").put(0, filled(4096, 7));
            test.layer.add(
                    OptionTree.typed(
                            Map.of(
                                    "driver", "overlay",
                                    "node-name", "top",
                                    "discard", "unmap",
                                    "backing", "base")));
            try (Root client = test.writer("top");
                    Root job = test.layer.attach("job", "top", FILLING)) {
                Hold afterRead =
                        test.held("base").holdAfter(call -> call.operation() == Operation.READ);
                CompletableFuture<Void> filling =
                        async(() -> {
                            fill(job);
                            return null;
                        });
                afterRead.awaitHeld();
                change.make(client);
                assertFalse(filling.isDone());
                afterRead.release();
                get(filling);
                assertArrayEquals(change.result(), read(client, 0, 4096));
            }
        }
    }

    /** What a stream does to a block: reads it through the overlay, and writes it there. */
    private static void fill(Root job) throws IOException {
        byte[] block = new byte[4096];
        try (Admission admission = job.consumer("worker").admit(Access.WRITE)) {
            MemorySegment memory = MemorySegment.ofArray(block);
            job.root().read(admission.request(), 0, memory);
            IoFlags flags = IoFlags.POPULATE.with(IoFlags.UNCHANGED);
            job.root().write(admission.request(), 0, memory, flags);
        }
    }

    /** A format of sorts: every write also notes eight bytes at a place of its own. */
    private static final class Noting extends ScriptedDriver.Passing {
        private final long place;

        private Noting(Child next, long place) {
            super(next);
            this.place = place;
        }

        @Override
        public void write(Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            byte[] note = filled(8, (int) (place / 8) + 1);
            next.write(request, place, MemorySegment.ofArray(note), IoFlags.NONE);
        }
    }

    @Test
    void metadataWritesOfEightBytes_toANodeOfBlocks_fromTwoParents_loseNothing() throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.add(ScriptedDriver.filter("first", (file, _) -> new Noting(file, 0)), 1);
            test.add(ScriptedDriver.filter("second", (file, _) -> new Noting(file, 8)), 1);
            test.provide(
                    "disk",
                    new MemoryNode(
                            1 << 16,
                            MemoryNode.CAPABILITIES
                                    .without(Feature.NON_BLOCKING)
                                    .withAlignment(512)));
            test.addHeld("disk");
            test.addOver("first", "one", "disk");
            test.addOver("second", "two", "disk");
            try (Root one = test.writer("one");
                    Root two = test.writer("two");
                    Root guest = test.writer("disk")) {
                Hold afterRead =
                        test.held("disk").holdAfter(call -> call.operation() == Operation.READ);
                CompletableFuture<Void> first = writing(one, 0, filled(512, 0));
                afterRead.awaitHeld();
                Doing<?> second =
                        Doing.run(() -> write(two, 0, filled(512, 0)))
                                .awaitWaiting("RangeLocks.hold");
                Doing<?> third =
                        Doing.run(() -> write(guest, 16, filled(8, 3)))
                                .awaitWaiting("RangeLocks.hold");
                write(guest, 512, filled(512, 4)); // the block after it is free
                afterRead.release();
                get(first);
                second.get();
                third.get();
                byte[] disk = test.disk("disk").get(0, 1024);
                for (int note = 0; note < 3; note++) {
                    for (int i = 0; i < 8; i++) {
                        assertEquals(note + 1, disk[note * 8 + i]);
                    }
                }
                assertEquals(4, disk[512]);
            }
        }
    }

    private static CompletableFuture<Void> writing(Root root, long offset, byte[] bytes) {
        return async(() -> {
            write(root, offset, bytes);
            return null;
        });
    }
}
