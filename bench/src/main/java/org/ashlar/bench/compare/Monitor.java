package org.ashlar.bench.compare;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.Json;
import org.ashlar.spi.control.JsonReader;
import org.jspecify.annotations.Nullable;

/** A client of a monitor that speaks QMP. Confined to one thread. */
final class Monitor implements AutoCloseable {
    /** Nothing that is asked for takes so long. */
    private static final long PATIENCE_MILLIS = 300_000;

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    private final Deque<Map<?, ?>> messages = new ArrayDeque<>();
    private final JsonReader reader = new JsonReader(new Heard());

    private Monitor(SocketChannel channel) throws IOException {
        this.channel = channel;
        this.selector = Selector.open();
        channel.configureBlocking(false);
        channel.register(selector, SelectionKey.OP_READ);
    }

    private final class Heard implements JsonReader.Listener {
        @Override
        public void value(Object value) {
            messages.add((Map<?, ?>) value);
        }

        @Override
        public void malformed(BlockException error) {
            throw new IllegalStateException("the monitor sent no JSON", error);
        }
    }

    static Monitor connect(Path socket) throws IOException {
        Monitor monitor = new Monitor(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        monitor.await("QMP");
        monitor.execute("qmp_capabilities", Map.of());
        return monitor;
    }

    /** Runs a command and returns when it is answered. */
    void execute(String command, Map<String, Object> arguments) throws IOException {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("execute", command);
        message.put("arguments", arguments);
        ByteBuffer bytes =
                ByteBuffer.wrap((Json.print(message) + "\n").getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        await("return");
    }

    /** Waits for an event, passing over others. */
    Map<?, ?> awaitEvent(String name) throws IOException {
        Map<?, ?> event = await("event");
        while (!name.equals(event.get("event"))) {
            event = await("event");
        }
        return event;
    }

    /** Waits for a message with a member {@code key}. */
    private Map<?, ?> await(String key) throws IOException {
        while (true) {
            Map<?, ?> message = take(key);
            if (message != null) {
                return message;
            }
            selector.selectedKeys().clear();
            if (selector.select(PATIENCE_MILLIS) == 0) {
                throw new IOException("the monitor does not answer");
            }
            buffer.clear();
            if (channel.read(buffer) < 0) {
                throw new IOException("the monitor hung up");
            }
            reader.feed(buffer.array(), 0, buffer.position());
        }
    }

    private @Nullable Map<?, ?> take(String key) throws IOException {
        for (Map<?, ?> message : messages) {
            if (message.containsKey("error")) {
                throw new IOException("the monitor answered " + message);
            }
            if (message.containsKey(key)) {
                messages.remove(message);
                return message;
            }
        }
        return null;
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
