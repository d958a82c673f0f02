package org.ashlar.bench.core;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A pin and unpin, that is an admission that is closed again, and a read of 4 KiB through the graph
 * into a node that does nothing: what the core adds to a request. The target is 40 ns for the pin
 * on one thread, and no more per thread on two.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "--enable-native-access=ALL-UNNAMED")
public class PinBenchmark {

    /** A layer with one node that answers at once. */
    @State(Scope.Benchmark)
    public static class Layer {
        private final EmbeddedLayer embedded = EmbeddedLayer.start(LayerSettings.DEFAULT);
        private @Nullable Root root;

        /** Opens it. */
        @Setup(Level.Trial)
        public void open() throws IOException {
            embedded.layer()
                    .add(
                            OptionTree.typed(
                                    Map.of(
                                            "driver",
                                            "null-co",
                                            "node-name",
                                            "null",
                                            "size",
                                            1L << 30)));
            root = embedded.layer().attach("benchmark", "null", Permissions.READ);
        }

        Root root() {
            return Objects.requireNonNull(root);
        }

        /** Closes it. */
        @TearDown(Level.Trial)
        public void close() throws IOException {
            root().close();
            embedded.close();
        }
    }

    /** One consumer of a thread's own. */
    @State(Scope.Thread)
    public static class Worker {
        private final MemorySegment buffer = Arena.ofAuto().allocate(4096, 4096);
        private @Nullable Consumer consumer;

        /** Takes a place. */
        @Setup(Level.Trial)
        public void open(Layer layer) {
            consumer = layer.root().consumer("benchmark");
        }

        Admission admit() throws BlockException {
            return Objects.requireNonNull(consumer).tryAdmit(Access.READ, true).orElseThrow();
        }
    }

    @Benchmark
    @Threads(1)
    public void pinOnOneThread(Worker worker) throws IOException {
        worker.admit().close();
    }

    @Benchmark
    @Threads(2)
    public void pinOnTwoThreads(Worker worker) throws IOException {
        worker.admit().close();
    }

    @Benchmark
    @Threads(1)
    public void readThroughTheGraph(Layer layer, Worker worker) throws IOException {
        try (Admission admission = worker.admit()) {
            layer.root().root().read(admission.request(), 0, worker.buffer);
        }
    }
}
