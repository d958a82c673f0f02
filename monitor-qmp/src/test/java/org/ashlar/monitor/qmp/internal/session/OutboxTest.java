package org.ashlar.monitor.qmp.internal.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutboxTest {

    private static final int CHUNK = 1 << 20;

    private final Outbox outbox = new Outbox();

    @Test
    void events_forAClientThatDoesNotRead_areDroppedAndNobodyWaits() throws Exception {
        for (int i = 0; i < 100; i++) {
            outbox.event(new byte[CHUNK]);
        }
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> outbox.writeTo(read));
        outbox.awaitWritten();
        outbox.close();
        writer.get(30, TimeUnit.SECONDS);

        assertEquals(Outbox.LIMIT + CHUNK, read.size());
    }

    @Test
    void answer_withoutRoom_waitsForTheClientAndIsNotLost() throws Exception {
        for (int i = 0; i < 100; i++) {
            outbox.event(new byte[CHUNK]);
        }
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> answering =
                CompletableFuture.runAsync(() -> {
                    asked.countDown();
                    try {
                        outbox.answer(new byte[] {42});
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
        asked.await();
        assertFalse(answering.isDone());
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> outbox.writeTo(read));
        answering.get(30, TimeUnit.SECONDS);
        outbox.awaitWritten();
        outbox.close();
        writer.get(30, TimeUnit.SECONDS);

        byte[] bytes = read.toByteArray();
        assertEquals(42, bytes[bytes.length - 1]);
    }

    @Test
    void answer_whenTheClientGoes_waitsNoLonger() throws Exception {
        for (int i = 0; i < 100; i++) {
            outbox.event(new byte[CHUNK]);
        }
        OutputStream broken =
                new OutputStream() {
                    @Override
                    public void write(int value) throws java.io.IOException {
                        throw new java.io.IOException("gone");
                    }
                };
        outbox.writeTo(broken);

        outbox.answer(new byte[] {42});
        outbox.awaitWritten();
    }
}
