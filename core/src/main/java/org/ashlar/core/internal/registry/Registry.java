package org.ashlar.core.internal.registry;

import jakarta.inject.Inject;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.ashlar.core.internal.event.Outbox;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.MonitorDriver;
import org.ashlar.spi.export.ExportDriver;
import org.ashlar.spi.job.JobDriver;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps what is contributed and tells which of several versions is served. Thread-safe: what there
 * is lies in one immutable value; reading takes no lock, and none is held over a contribution or a
 * listener.
 *
 * <p>I1: {@code contents} changes under the lock only, and a change of what is served puts its news
 * into {@code news} under the same lock, so news are told in the order of the changes.
 */
public final class Registry implements Drivers {
    private static final Logger LOG = LoggerFactory.getLogger(Registry.class);

    private final ReentrantLock lock = new ReentrantLock();
    private final List<RegistryListener> listeners = new CopyOnWriteArrayList<>();

    /** Written under the lock by {@link #update}. */
    private volatile Contents contents = Contents.EMPTY;

    private final DriverUses uses = new DriverUses();

    private final Outbox<Consumer<RegistryListener>> news = new Outbox<>(this::deliver);

    /** Makes an empty registry. */
    @Inject
    public Registry() {}

    /** A contribution's place; closing it, once or more often, withdraws the contribution. */
    public interface Registration extends AutoCloseable {
        @Override
        void close();
    }

    /** Adds a contribution; returns its place. */
    public <T> Registration add(Kind<T> kind, T value, Rank rank) {
        Contribution<T> added = new Contribution<>(kind, value, rank);
        if (value instanceof BlockDriver driver) {
            uses.added(driver);
        }
        update(added, contents -> contents.with(added));
        AtomicBoolean there = new AtomicBoolean(true);
        return () -> {
            if (there.getAndSet(false)) {
                update(added, contents -> contents.without(added));
                if (value instanceof BlockDriver driver) {
                    uses.withdrawn(driver);
                }
            }
        };
    }

    /** Returns what is open on the drivers, here and where they were before they left. */
    public DriverUses uses() {
        return uses;
    }

    /**
     * Adds a listener of what comes and goes from now on, until the place is closed; what is there
     * already it finds by {@link #served}.
     */
    public Registration listen(RegistryListener listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    /** Returns whether a contribution of a class that {@code loader} defined is engaged. */
    public boolean isEngaged(ClassLoader loader) {
        return contents.isEngaged(loader);
    }

    /** Returns which contribution of that kind and name ranks highest. */
    public <T> Optional<Contribution<T>> served(Kind<T> kind, String name) {
        return contents.served(kind, name);
    }

    private interface Update {
        Contents of(Contents before);
    }

    private <T> void update(Contribution<T> changed, Update update) {
        lock.lock();
        try {
            Optional<Contribution<T>> before = contents.served(changed.kind(), changed.name());
            contents = update.of(contents);
            Optional<Contribution<T>> now = contents.served(changed.kind(), changed.name());
            if (!before.equals(now)) {
                news.put(listener -> tell(listener, before, now)); // I1
            }
        } finally {
            lock.unlock();
        }
        news.send();
    }

    private static <T> void tell(
            RegistryListener listener,
            Optional<Contribution<T>> before,
            Optional<Contribution<T>> now) {
        if (before.isEmpty()) {
            now.ifPresent(listener::arrived);
        } else if (now.isEmpty()) {
            listener.departed(before.get());
        } else {
            listener.replaced(before.get(), now.get());
        }
    }

    private void deliver(Consumer<RegistryListener> piece) {
        for (RegistryListener listener : listeners) {
            try {
                piece.accept(listener);
            } catch (RuntimeException | LinkageError e) {
                LOG.warn("A listener of the registry failed", e);
            }
        }
    }

    @Override
    public Collection<BlockDriver> nodes() {
        return contents.all(Kind.NODE);
    }

    @Override
    public Optional<BlockDriver> node(String name) {
        return served(Kind.NODE, name).map(Contribution::value);
    }

    @Override
    public Collection<JobDriver> jobs() {
        return contents.all(Kind.JOB);
    }

    @Override
    public Collection<ExportDriver> exports() {
        return contents.all(Kind.EXPORT);
    }

    @Override
    public Collection<MonitorCommand> commands() {
        return contents.all(Kind.COMMAND);
    }

    @Override
    public Collection<MonitorDriver> monitors() {
        return contents.all(Kind.MONITOR);
    }
}
