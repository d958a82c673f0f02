package org.ashlar.itest.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.Images;
import org.ashlar.itest.harness.NbdPipe;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;

/**
 * One run: a daemon, clients that verify, and two monitors that change everything. Confined to the
 * test's thread, which starts the others and waits for their end.
 */
public final class Soak {
    private static final int WRITERS = 3;
    private static final int DEPTH = 16;
    private static final int READ_UNITS = 200;
    private static final Duration END_LIMIT = Duration.ofMinutes(3);

    private final Product product;
    private final Path folder;
    private final Random random;
    private final Tally tally = new Tally();
    private final Units units = new Units((int) (Chain.SIZE / Units.SIZE));
    private final AtomicBoolean end = new AtomicBoolean();
    private final CountDownLatch failed = new CountDownLatch(1);
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    /** Prepares a run in an empty folder. */
    public Soak(Path folder, long seed) {
        this.product = Product.assembled().copyTo(folder.resolve("product"));
        this.folder = folder;
        this.random = new Random(seed);
    }

    /** Work of a thread. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    /** Runs that long, then checks what is left, and returns what was done. */
    public String run(long seconds) throws Exception {
        Path second = folder.resolve("second.sock");
        try (DaemonProcess daemon =
                        DaemonProcess.start(
                                product.program("bin/ashlar"),
                                folder,
                                "--chardev",
                                "socket,id=second,path=" + second + ",server=on,wait=off",
                                "--monitor",
                                "chardev=second");
                QmpClient one = daemon.monitor();
                QmpClient other = daemon.monitor(second)) {
            Chain chain = new Chain(one, folder, fork(), tally);
            chain.begin();
            Tail tail = new Tail(other, daemon.nbdSocket(), fork(), tally);
            Surroundings surroundings = new Surroundings(other, product, fork(), tally, tail);
            List<Thread> threads = start(daemon, chain, surroundings);
            boolean broken = failed.await(seconds, TimeUnit.SECONDS);
            end.set(true);
            threads.forEach(this::join);
            one.sendLine("{\"execute\":\"quit\"}");
            int exit = daemon.awaitExit();
            if (broken || !failures.isEmpty()) {
                AssertionError error = new AssertionError(tally.history() + "\n" + daemon.log());
                failures.forEach(error::addSuppressed);
                throw error;
            }
            assertEquals(0, exit, daemon::log);
            try {
                chain.checkImages();
                checkContent(chain);
            } catch (AssertionError error) {
                error.addSuppressed(new AssertionError(tally.history() + "\n" + daemon.log()));
                throw error;
            }
            return tally.toString();
        }
    }

    private Random fork() {
        return new Random(random.nextLong());
    }

    private List<Thread> start(DaemonProcess daemon, Chain chain, Surroundings surroundings) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Writer writer = new Writer(units, i, WRITERS, random.nextLong());
            threads.add(
                    start(
                            "writer " + i,
                            () -> {
                                try (NbdPipe pipe =
                                        NbdPipe.connect(daemon.nbdSocket(), "disk", DEPTH)) {
                                    writer.run(pipe, end);
                                }
                            }));
        }
        Random own = fork();
        threads.add(
                start(
                        "observer",
                        () -> {
                            while (!end.get()) {
                                observe(daemon, surroundings.exported(), own);
                            }
                        }));
        threads.add(
                start(
                        "chain",
                        () -> {
                            while (!end.get()) {
                                chain.step();
                            }
                            chain.end();
                        }));
        threads.add(
                start(
                        "surroundings",
                        () -> {
                            while (!end.get()) {
                                surroundings.step();
                            }
                        }));
        return threads;
    }

    private Thread start(String name, Work work) {
        return Thread.ofPlatform()
                .name(name)
                .start(() -> {
                    try {
                        work.run();
                    } catch (Exception | Error failure) {
                        failures.add(new AssertionError(name, failure));
                        end.set(true);
                        failed.countDown();
                    }
                });
    }

    private void join(Thread thread) {
        try {
            if (!thread.join(END_LIMIT)) {
                AssertionError hangs = new AssertionError(thread.getName() + " does not end");
                hangs.setStackTrace(thread.getStackTrace());
                failures.add(hangs);
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads by another export until that goes. */
    private void observe(DaemonProcess daemon, String export, Random own) {
        try (NbdPipe pipe = NbdPipe.connect(daemon.nbdSocket(), export, DEPTH)) {
            while (!end.get()) {
                int count = 1 + own.nextInt(READ_UNITS);
                int first = own.nextInt(units.count() - count);
                long[] since = units.acknowledged(first, count);
                pipe.read(
                        (long) first * Units.SIZE,
                        count * Units.SIZE,
                        data -> units.check("the observer by " + export, first, since, data));
            }
            pipe.drain();
        } catch (IOException gone) {
            tally.count("observer disconnected");
        }
    }

    /** Fails unless the reference sees in the image what was acknowledged. */
    private void checkContent(Chain chain) throws IOException {
        Path top = chain.file(chain.layers().getLast());
        Path flat = Images.flatten(top, "qcow2", folder.resolve("flat.raw"));
        try (RandomAccessFile file = new RandomAccessFile(flat.toFile(), "r")) {
            for (int first = 0; first < units.count(); first += READ_UNITS) {
                int count = Math.min(READ_UNITS, units.count() - first);
                byte[] data = new byte[count * Units.SIZE];
                file.readFully(data);
                units.check("the reference", first, units.acknowledged(first, count), data);
            }
        }
    }
}
