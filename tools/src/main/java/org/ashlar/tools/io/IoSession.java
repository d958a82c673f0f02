package org.ashlar.tools.io;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.ashlar.tools.Terminal;
import org.ashlar.tools.image.Access;
import org.ashlar.tools.image.Disk;
import org.ashlar.tools.image.ImageName;
import org.ashlar.tools.image.Lane;
import org.ashlar.tools.image.Session;
import org.ashlar.tools.image.Threads;
import org.ashlar.tools.text.ErrorText;

/**
 * What the commands work on: the open image and the requests under way. Confined to the command's
 * thread; only the queue of outcomes is shared with the requests' threads.
 */
final class IoSession implements AutoCloseable {
    private final Terminal terminal;
    private final Session images;
    private final List<Thread> underWay = new ArrayList<>();
    private final ConcurrentLinkedQueue<Runnable> outcomes = new ConcurrentLinkedQueue<>();
    private Optional<Disk> disk = Optional.empty();
    private boolean ended;

    IoSession(Terminal terminal) {
        this.terminal = terminal;
        this.images = Session.start(terminal);
    }

    Terminal terminal() {
        return terminal;
    }

    /** Returns the open image; commands that need one are only run when there is one. */
    Disk disk() {
        return disk.orElseThrow();
    }

    boolean isOpen() {
        return disk.isPresent();
    }

    void open(ImageName name, Access access) throws IOException {
        disk = Optional.of(images.open(name, access));
    }

    /** Closes the image once the requests under way have ended. */
    void closeImage() throws IOException {
        awaitAll();
        Disk open = disk();
        disk = Optional.empty();
        images.close(open);
    }

    void end() {
        ended = true;
    }

    boolean isEnded() {
        return ended;
    }

    void print(String text) {
        terminal.out().print(text);
    }

    /** A request that runs beside the commands. */
    @FunctionalInterface
    interface Work {
        /** Does it and returns what is to be printed afterwards, on the command's thread. */
        Runnable run(Lane lane) throws IOException;
    }

    /** Starts a request beside the commands; a failure is printed under {@code name}. */
    void start(String name, Work work) {
        Lane lane = disk().newLane(name);
        underWay.add(
                Thread.ofVirtual()
                        .name("io-", underWay.size())
                        .start(() -> {
                            try {
                                outcomes.add(work.run(lane));
                            } catch (IOException failed) {
                                String line = name + " failed: " + ErrorText.of(failed) + "\n";
                                outcomes.add(() -> print(line));
                            }
                        }));
    }

    /** Prints the outcomes there are. */
    void printOutcomes() {
        for (Runnable next = outcomes.poll(); next != null; next = outcomes.poll()) {
            next.run();
        }
    }

    /** Waits for every request under way and prints the outcomes. */
    void awaitAll() {
        for (Thread thread : underWay) {
            Threads.join(thread);
        }
        underWay.clear();
        printOutcomes();
    }

    @Override
    public void close() {
        awaitAll();
        images.close();
    }
}
