package org.ashlar.itest.harness;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * A client of a QMP monitor on a unix socket. Confined to the test's thread but for its reader,
 * which only fills the two queues.
 */
public final class QmpClient implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final SocketChannel channel;
    private final BlockingQueue<JsonNode> answers = new LinkedBlockingQueue<>();
    private final BlockingQueue<JsonNode> events = new LinkedBlockingQueue<>();
    private final List<JsonNode> passed = new ArrayList<>();

    private QmpClient(SocketChannel channel) {
        this.channel = channel;
    }

    /** Connects and takes the greeting, but does not negotiate. */
    public static QmpClient connectRaw(Path socket) throws IOException {
        SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        QmpClient client = new QmpClient(channel);
        Thread.ofVirtual().name("qmp reader").start(client::read);
        return client;
    }

    /** Connects and negotiates, so that commands can be given. */
    public static QmpClient connect(Path socket) throws IOException {
        QmpClient client = connectRaw(socket);
        if (!client.answer().has("QMP")) {
            throw new AssertionError("no greeting");
        }
        client.execute("qmp_capabilities");
        return client;
    }

    private void read() {
        try (BufferedReader reader = new BufferedReader(Channels.newReader(channel, UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                JsonNode message = JSON.readTree(line);
                (message.has("event") ? events : answers).add(message);
            }
        } catch (IOException e) {
            // The other side is gone: whoever waits for an answer meets his limit.
        }
    }

    /**
     * Carries a command out.
     *
     * @param arguments name, value, name, value, ...; a value is a text, number, truth value, list,
     *     map or JSON
     * @return what the command returned
     * @throws QmpException if it was refused
     */
    public JsonNode execute(String command, Object... arguments) {
        ObjectNode line = JSON.createObjectNode().put("execute", command);
        if (arguments.length > 0) {
            line.set("arguments", object(arguments));
        }
        sendLine(line.toString());
        JsonNode answer = answer();
        if (answer.has("error")) {
            throw new QmpException(answer.get("error"));
        }
        return answer.get("return");
    }

    /** Carries a command out that must be refused, and returns the error. */
    public QmpException executeRefused(String command, Object... arguments) {
        JsonNode result;
        try {
            result = execute(command, arguments);
        } catch (QmpException refused) {
            return refused;
        }
        throw new AssertionError(command + " was not refused: " + result);
    }

    /** Makes a JSON object of names and values. */
    public static ObjectNode object(Object... members) {
        ObjectNode object = JSON.createObjectNode();
        for (int i = 0; i < members.length; i += 2) {
            object.set((String) members[i], JSON.valueToTree(members[i + 1]));
        }
        return object;
    }

    /** Sends a line as it is. */
    public void sendLine(String line) {
        ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw new AssertionError("the monitor is gone: " + line, e);
        }
    }

    /** Returns the next message that is not an event. */
    public JsonNode answer() {
        return poll(answers, LIMIT, "an answer");
    }

    /** Waits for an event that has not been waited for before. */
    public JsonNode event(String name, Predicate<JsonNode> data, Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        for (JsonNode event : List.copyOf(passed)) {
            if (matches(event, name, data)) {
                passed.remove(event);
                return event;
            }
        }
        while (true) {
            Duration left = Duration.ofNanos(end - System.nanoTime());
            JsonNode event = poll(events, left, name + "; seen: " + passed);
            if (matches(event, name, data)) {
                return event;
            }
            passed.add(event);
        }
    }

    /** Returns the events that have come and were not waited for, and forgets them. */
    public List<JsonNode> eventsSoFar() {
        events.drainTo(passed);
        List<JsonNode> soFar = List.copyOf(passed);
        passed.clear();
        return soFar;
    }

    private static boolean matches(JsonNode event, String name, Predicate<JsonNode> data) {
        return event.get("event").asText().equals(name) && data.test(event.path("data"));
    }

    private static JsonNode poll(BlockingQueue<JsonNode> queue, Duration limit, String what) {
        try {
            JsonNode message = queue.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
            if (message == null) {
                throw new AssertionError("waited in vain for " + what);
            }
            return message;
        } catch (InterruptedException e) {
            throw new AssertionError("interrupted waiting for " + what, e);
        }
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
