package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Face;
import org.ashlar.spi.FilterNode;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Doing;
import org.ashlar.tck.HeldNode.Hold;
import org.ashlar.tck.Operation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A node that takes other blocks from one moment to the next, while it is written. */
class AlignmentTest {
    private static final Option<Long> BLOCK =
            Option.integer("block").orElse(1L).reopenable().help("Bytes of a block.");

    /** Shows a node in blocks of a length that a reopening may change. */
    private static final class BlocksDriver implements BlockDriver {
        @Override
        public String name() {
            return "blocks";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.FILTER;
        }

        @Override
        public List<Option<?>> options() {
            return List.of(BLOCK);
        }

        @Override
        public List<ChildOption> childOptions() {
            return List.of(ChildOption.required("file", ChildRole.FILTERED, "What it shows."));
        }

        @Override
        public BlockNode open(OpenRequest request) throws IOException {
            return new Blocks(
                    request.attach("file", ChildRole.FILTERED), request.options().get(BLOCK));
        }
    }

    private static final class Blocks extends FilterNode {
        private final int block;

        private Blocks(Child file, long block) {
            super(file);
            this.block = (int) block;
        }

        @Override
        public Capabilities capabilities(Map<String, Capabilities> children) {
            return super.capabilities(children).withAlignment(block);
        }

        @Override
        public Face prepareReopen(ReopenRequest request) throws IOException {
            Child file = request.attach("file", ChildRole.FILTERED);
            return new Face(new Blocks(file, request.options().get(BLOCK)), true);
        }
    }

    private static OptionTree options(int block) {
        return OptionTree.typed(
                Map.of("driver", "blocks", "node-name", "b", "file", "disk", "block", block));
    }

    /** One of two writes of eight bytes would read, and write back, what the other changes. */
    @ParameterizedTest
    @CsvSource({"1, 512", "512, 1"})
    void writeInFlight_whileTheAlignmentChanges_isNotOverwrittenByALaterOne(int before, int after)
            throws Exception {
        try (TestLayer test = new TestLayer()) {
            test.add(new BlocksDriver(), 1);
            test.addHeld("disk");
            test.layer.add(options(before));
            try (Root one = test.writer("b");
                    Root two = test.writer("b")) {
                Hold landing = test.held("disk").holdNext(Operation.WRITE);
                CompletableFuture<Void> first =
                        async(() -> {
                            write(one, 0, filled(8, 1));
                            return null;
                        });
                landing.awaitHeld();
                Doing<?> reopening =
                        Doing.start(
                                        () -> {
                                            test.layer.reopen(List.of(options(after)));
                                            return null;
                                        })
                                .awaitWaiting("synchronize");
                landing.release();
                get(first);
                reopening.get();
                write(two, 8, filled(8, 2));
            }
            byte[] expected = filled(16, 1);
            Arrays.fill(expected, 8, 16, (byte) 2);
            assertArrayEquals(expected, test.disk("disk").get(0, 16));
        }
    }
}
