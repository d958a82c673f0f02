package org.ashlar.core.internal.job;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.Request;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.ashlar.spi.source.Consumer;
import org.ashlar.spi.source.RequestSource;

/**
 * A job's source whose requests are all flagged when the job is cancelled, those begun afterwards
 * too. Thread-safe.
 *
 * <p>I1: an admission is in {@code held} before {@code cancelled} is read, and {@code cancelled} is
 * set before {@code held} is, so no admission misses the flag.
 */
final class CancellableSource implements RequestSource {
    private final RequestSource source;
    private final Set<Admission> held = ConcurrentHashMap.newKeySet();

    /** Written by {@link #cancel()} only. */
    private volatile boolean cancelled;

    CancellableSource(RequestSource source) {
        this.source = source;
    }

    /** Flags every request of the source, now and later. */
    void cancel() {
        cancelled = true;
        held.forEach(Admission::cancel);
    }

    @Override
    public Child root() {
        return source.root();
    }

    @Override
    public List<Child> roots() {
        return source.roots();
    }

    @Override
    public Consumer consumer(String label) {
        return new CancellableConsumer(source.consumer(label));
    }

    @Override
    public Buffers buffers() {
        return source.buffers();
    }

    private Admission hold(Admission admission) {
        held.add(admission);
        if (cancelled) {
            admission.cancel(); // I1
        }
        return new HeldAdmission(admission);
    }

    /** Gives admissions that the source can flag. Confined as the consumer behind it. */
    private final class CancellableConsumer implements Consumer {
        private final Consumer consumer;

        CancellableConsumer(Consumer consumer) {
            this.consumer = consumer;
        }

        @Override
        public Admission admit(Access access) throws BlockException {
            return hold(consumer.admit(access));
        }

        @Override
        public Optional<Admission> tryAdmit(Access access, boolean mustNotBlock)
                throws BlockException {
            return consumer.tryAdmit(access, mustNotBlock).map(CancellableSource.this::hold);
        }

        @Override
        public void awaitOpen(Access access) {
            consumer.awaitOpen(access);
        }
    }

    /** An admission that the source forgets when it ends. */
    private final class HeldAdmission implements Admission {
        private final Admission admission;

        HeldAdmission(Admission admission) {
            this.admission = admission;
        }

        @Override
        public Request request() {
            return admission.request();
        }

        @Override
        public void cancel() {
            admission.cancel();
        }

        @Override
        public void close() {
            held.remove(admission);
            admission.close();
        }
    }
}
