package org.ashlar.jobs.internal.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.Operation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A stream that is stopped between two steps of its completion while something else happens: in the
 * end the graph and the header are both new, or both old, and the content is what it was.
 */
class StreamGapsTest {
    private CoreBench bench;
    private byte[] before;

    @BeforeEach
    void open() throws IOException {
        bench = new CoreBench();
        bench.fill(12);
        before = bench.content();
    }

    @AfterEach
    void close() {
        bench.close();
    }

    /** Where the completion is stopped. */
    enum Gap {
        /** Reserved, and about to write out the layers that are to go. */
        RESERVED,
        /** The layers are inactive, the overlay is not flushed. */
        BEFORE_SYNC,
        /** The overlay is flushed, its header as it was. */
        BEFORE_HEADER,
        /** The header is written and durable, the graph as it was. */
        BEFORE_SWITCH
    }

    /** What happens meanwhile. */
    enum Event {
        NOTHING,
        JOB_BELOW_ENDS,
        HEADER_FAILS,
        MIDDLE_IS_DELETED,
        EXCLUSIVE_USER
    }

    /** Somewhere to stop. */
    private interface Stop {
        void await();

        void release();
    }

    private Stop stopAt(Gap gap) {
        return switch (gap) {
            case RESERVED -> of(bench.driver.holds("mid").holdNext(Operation.INACTIVATE));
            case BEFORE_SYNC -> of(bench.driver.holds("top").holdNext(Operation.FLUSH));
            case BEFORE_HEADER -> of(bench.driver.overlay("top").holdHeader());
            case BEFORE_SWITCH -> of(bench.driver.overlay("top").holdAfterHeader());
        };
    }

    private static Stop of(HeldNode.Hold hold) {
        return new Stop() {
            @Override
            public void await() {
                hold.awaitHeld();
            }

            @Override
            public void release() {
                hold.release();
            }
        };
    }

    private static Stop of(OverlayDriver.HeaderHold hold) {
        return new Stop() {
            @Override
            public void await() {
                hold.awaitHeld();
            }

            @Override
            public void release() {
                hold.release();
            }
        };
    }

    static List<Arguments> cases() {
        List<Arguments> all = new ArrayList<>();
        for (Gap gap : Gap.values()) {
            for (Event event : Event.values()) {
                all.add(Arguments.of(gap, event));
            }
        }
        return all;
    }

    @ParameterizedTest
    @MethodSource("cases")
    void stream_stoppedInAGap_endsWithGraphAndHeaderOfOneMind(Gap gap, Event event)
            throws Exception {
        Stop stop = stopAt(gap);
        try (Root client = bench.client("top")) {
            bench.blockStream(
                    Map.of(
                            "job-id", "upper",
                            "device", "top",
                            "base-node", "low",
                            "backing-file", "new"));
            stop.await();
            CompletableFuture<Optional<Root>> other = happen(event);
            assertArrayEquals(before, CoreBench.read(client, 0, CoreBench.LENGTH));
            stop.release();
            bench.awaitGone("upper");
            if (event == Event.JOB_BELOW_ENDS) {
                bench.awaitGone("lower");
            }
            Optional<Root> user = CoreBench.get(other);
            assertArrayEquals(before, CoreBench.read(client, 0, CoreBench.LENGTH));
            assertOfOneMind(gap, event);
            if (user.isPresent()) {
                user.get().close();
            }
        }
    }

    /** Begins what is to happen; it may have to wait for the stream. */
    private CompletableFuture<Optional<Root>> happen(Event event) throws IOException {
        return switch (event) {
            case NOTHING -> CompletableFuture.completedFuture(Optional.empty());
            case JOB_BELOW_ENDS -> {
                bench.blockStream(Map.of("job-id", "lower", "device", "low"));
                yield CompletableFuture.completedFuture(Optional.empty());
            }
            case HEADER_FAILS -> {
                bench.driver.overlay("top").failHeader(true);
                yield CompletableFuture.completedFuture(Optional.empty());
            }
            case MIDDLE_IS_DELETED -> {
                assertThrows(BlockException.class, () -> bench.layer().delete("mid"));
                yield CompletableFuture.completedFuture(Optional.empty());
            }
            case EXCLUSIVE_USER -> CoreBench.async(this::exclusiveUser);
        };
    }

    /** Returns the user, if there may be one. */
    private Optional<Root> exclusiveUser() throws IOException {
        try {
            return Optional.of(
                    bench.layer().attach("exclusive", "low", Permissions.WRITE_EXCLUSIVE));
        } catch (BlockException refused) {
            assertEquals(BlockException.Kind.NOT_PERMITTED, refused.kind(), refused.getMessage());
            return Optional.empty();
        }
    }

    private void assertOfOneMind(Gap gap, Event event) {
        boolean shortened = !bench.nodeNames().contains("mid");
        String header =
                bench.driver
                        .overlay("top")
                        .backing()
                        .map(ImageReference::fileName)
                        .orElse("nothing");
        assertEquals(shortened ? "new" : "old", header);
        boolean fails = event == Event.HEADER_FAILS && gap != Gap.BEFORE_SWITCH;
        assertEquals(!fails, shortened, "what is in the graph");
        String below = shortened ? "low" : "mid";
        assertEquals(
                below,
                bench.layer().graph().find("top").orElseThrow().children().getFirst().target());
        assertTrue(bench.layer().graph().leaving().isEmpty());
        assertEquals(
                event != Event.JOB_BELOW_ENDS,
                bench.layer().graph().find("low").orElseThrow().children().size() == 1);
    }
}
