package org.ashlar.bench.nbd;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Loads an NBD server with requests of one kind at random offsets and prints what came of it as one
 * line of JSON. One thread per connection. Stateless.
 *
 * <p>Arguments: URI, {@code read|write|zero}, block size in bytes, depth, seconds, seed, number of
 * connections.
 */
public final class NbdLoad {

    private NbdLoad() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        if (args.length != 7) {
            System.err.println(
                    "usage: NbdLoad URI read|write|zero BLOCK-SIZE DEPTH SECONDS SEED CONNECTIONS");
            System.exit(2);
        }
        Load load =
                new Load(
                        NbdUri.parse(args[0]),
                        Load.Operation.valueOf(args[1].toUpperCase(java.util.Locale.ROOT)),
                        Integer.parseInt(args[2]),
                        Integer.parseInt(args[3]),
                        Duration.ofMillis((long) (Double.parseDouble(args[4]) * 1000)),
                        Long.parseLong(args[5]));
        System.out.println(run(load, Integer.parseInt(args[6])));
    }

    /** Runs a load over some connections and returns what came of it as JSON. */
    static String run(Load load, int connections) throws Exception {
        Outcome outcome = measure(load, connections);
        return json(load, connections, outcome.seconds(), outcome.latency());
    }

    /**
     * What came of a load.
     *
     * @param seconds from the first request to the last reply
     * @param latency of each request
     */
    public record Outcome(double seconds, Histogram latency) {}

    /** Runs a load over some connections. */
    public static Outcome measure(Load load, int connections) throws Exception {
        List<Callable<Histogram>> workers = new ArrayList<>();
        List<LoadConnection> opened = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newFixedThreadPool(
                        connections, Thread.ofPlatform().name("nbd-load-", 0).factory())) {
            for (int i = 0; i < connections; i++) {
                LoadConnection connection = LoadConnection.open(load, load.seed() + i);
                opened.add(connection);
                workers.add(connection::run);
            }
            long begin = System.nanoTime();
            Histogram all = new Histogram();
            for (Future<Histogram> each : threads.invokeAll(workers)) {
                all.add(result(each));
            }
            return new Outcome((System.nanoTime() - begin) / 1e9, all);
        } finally {
            for (LoadConnection each : opened) {
                each.close();
            }
        }
    }

    private static Histogram result(Future<Histogram> worker) throws Exception {
        try {
            return worker.get();
        } catch (ExecutionException failure) {
            throw new IOException("a connection failed: " + failure.getCause(), failure);
        }
    }

    private static String json(Load load, int connections, double seconds, Histogram latency) {
        return String.format(
                java.util.Locale.ROOT,
                "{\"uri\": \"%s\", \"op\": \"%s\", \"block-size\": %d, \"depth\": %d,"
                        + " \"connections\": %d, \"seconds\": %.2f, \"requests\": %d,"
                        + " \"iops\": %.0f, \"gb-per-second\": %.3f, \"latency-us\": {\"p50\":"
                        + " %.1f, \"p90\": %.1f, \"p99\": %.1f, \"p99.9\": %.1f, \"max\": %.1f}}",
                load.uri(),
                load.operation().name().toLowerCase(java.util.Locale.ROOT),
                load.blockSize(),
                load.depth(),
                connections,
                seconds,
                latency.count(),
                latency.count() / seconds,
                latency.count() * (double) load.blockSize() / seconds / 1e9,
                latency.quantile(0.5) / 1e3,
                latency.quantile(0.9) / 1e3,
                latency.quantile(0.99) / 1e3,
                latency.quantile(0.999) / 1e3,
                latency.max() / 1e3);
    }
}
