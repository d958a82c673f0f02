package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.ashlar.bench.nbd.Load;
import org.ashlar.bench.nbd.NbdLoad;

/**
 * Loads servers with requests of one kind at random offsets and notes their rate and what of the
 * processor each request took the server. Confined to one thread.
 */
final class Requests {
    /** From this length of a request on, in bytes, rates are given in GB/s. */
    private static final int LONG = 256 << 10;

    private final Load.Operation operation;
    private final int blockSize;
    private final int depth;
    private final Figures rate;
    private final Figures cpu;
    private long seed;

    /**
     * Makes a load.
     *
     * @param first the ratios to the best peer that are wanted
     */
    Requests(Load.Operation operation, int blockSize, int depth, First first) {
        this.operation = operation;
        this.blockSize = blockSize;
        this.depth = depth;
        this.rate = new Figures(Quantity.rate(blockSize < LONG ? "kIOPS" : "GB/s", first.rate));
        this.cpu =
                new Figures(
                        first.cpu > 0
                                ? Quantity.cost("us CPU", first.cpu)
                                : Quantity.cost("us CPU"));
    }

    /**
     * What is wanted first.
     *
     * @param rate ratio of the rates
     * @param cpu ratio of the processor's time per request, 0 if there is no target
     */
    record First(double rate, double cpu) {
        static First rate(double rate) {
            return new First(rate, 0);
        }
    }

    /** Loads a server without noting anything. */
    void warmUp(Server server, Duration time) throws Exception {
        run(server, time);
    }

    private NbdLoad.Outcome run(Server server, Duration time) throws Exception {
        try {
            return NbdLoad.measure(load(server, time), 1);
        } catch (IOException failure) {
            IOException told = server.failed("failed a client, " + failure.getMessage());
            told.initCause(failure);
            throw told;
        }
    }

    /** Loads a server and notes what came of it. */
    void measure(Server server, Duration time) throws Exception {
        long cpuBefore = server.cpuMicros();
        NbdLoad.Outcome outcome = run(server, time);
        long count = outcome.latency().count();
        double perSecond = count / outcome.seconds();
        rate.add(
                server.program(), blockSize < LONG ? perSecond / 1e3 : perSecond * blockSize / 1e9);
        cpu.add(server.program(), (server.cpuMicros() - cpuBefore) / (double) count);
    }

    private Load load(Server server, Duration time) {
        return new Load(server.export(Programs.EXPORT), operation, blockSize, depth, time, ++seed);
    }

    List<Verdict> verdicts() {
        return List.of(rate.verdict(), cpu.verdict());
    }

    /** Measures servers that are running, in rounds; {@code held} stay in the page cache. */
    List<Verdict> compare(List<Server> servers, List<Path> held, Effort effort) throws Exception {
        for (Server server : servers) {
            warmUp(server, effort.warmUp());
        }
        for (int round = 0; round < effort.rounds(); round++) {
            for (Path each : held) {
                Inputs.hold(each);
            }
            Workload.inTurn(servers, round, server -> measure(server, effort.turn()));
        }
        return verdicts();
    }
}
