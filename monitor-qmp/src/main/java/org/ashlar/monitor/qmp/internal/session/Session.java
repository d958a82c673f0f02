package org.ashlar.monitor.qmp.internal.session;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.ashlar.monitor.qmp.internal.chardev.Connection;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandException;
import org.ashlar.spi.control.CommandException.ErrorClass;
import org.ashlar.spi.control.Event;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.control.Json;
import org.ashlar.spi.control.JsonReader;
import org.ashlar.spi.control.MonitorCommand;
import org.ashlar.spi.control.MonitorRequest;
import org.ashlar.spi.option.OptionValues;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client, from greeting to disconnect. Reading is confined to the thread that calls {@link
 * #serve}, execution to the monitor's command thread (out of band: the reading thread).
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: commands in band are executed in the order they came; all that came before the end of
 *       what the client sends are, and answered, before the next client is greeted.
 *   <li>I2: before the capabilities are negotiated nothing but {@code qmp_capabilities} is executed
 *       and no event is told.
 * </ul>
 */
final class Session implements JsonReader.Listener {

    private static final Logger LOG = LoggerFactory.getLogger("monitor");
    private static final int READ_BYTES = 16384;

    private final MonitorRequest request;
    private final Connection connection;
    private final CommandQueue queue;
    private final MemberOrder order;
    private final Outbox outbox = new Outbox();
    private final Events.Subscription events;

    /** Whether events and commands are on; written by the thread that executes in band. */
    private volatile boolean negotiated;

    /** Whether the client may execute out of band; written by the thread that executes in band. */
    private volatile boolean outOfBand;

    /** Whether the program is to end after the answer; written by the thread that executes. */
    private volatile boolean shutdown;

    /** Whether the client has gone; written by whoever sees it first. */
    private volatile boolean gone;

    /** Makes a session that hears events from now on, and tells none before the negotiation. */
    Session(MonitorRequest request, Connection connection, CommandQueue queue, MemberOrder order) {
        this.request = request;
        this.connection = connection;
        this.queue = queue;
        this.order = order;
        Executor secondLater =
                CompletableFuture.delayedExecutor(1, TimeUnit.SECONDS, Thread::startVirtualThread);
        EventPace pace = new EventPace(this::tell, secondLater);
        this.events = request.layer().events().subscribe(pace::tell);
    }

    /** Greets the client and reads what it sends until it goes or the connection is closed. */
    void serve(String name) {
        Thread writer =
                Thread.ofVirtual()
                        .name(name + "-writer")
                        .start(() -> outbox.writeTo(connection.output()));
        try {
            send(Answers.greeting());
            read();
            queue.await(this);
            outbox.awaitWritten();
        } catch (IOException e) {
            LOG.debug("{}: {}", name, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
            LOG.debug("{} has gone, its writer {}", name, writer.getState());
        }
    }

    private void read() throws IOException {
        JsonReader reader = new JsonReader(this);
        byte[] bytes = new byte[READ_BYTES];
        int count = connection.input().read(bytes);
        while (count >= 0 && !gone) {
            reader.feed(bytes, 0, count);
            count = connection.input().read(bytes);
        }
    }

    @Override
    public void malformed(BlockException error) {
        queue.put(this, () -> answer(Answers.failure(error, Optional.empty())));
    }

    @Override
    public void value(Object value) {
        if (outOfBand && isOutOfBand(value)) {
            answer(answerTo(value));
        } else {
            queue.put(this, () -> run(value));
        }
    }

    private static boolean isOutOfBand(Object value) {
        return value instanceof Map<?, ?> members && members.containsKey("exec-oob");
    }

    private void run(Object value) {
        answer(answerTo(value));
        if (shutdown) {
            shutDown();
        }
    }

    private Object answerTo(Object value) {
        Optional<Object> id = Message.id(value);
        try {
            Message message = Message.of(value, outOfBand);
            return Answers.success(execute(message), id);
        } catch (IOException e) {
            return Answers.failure(e, id);
        } catch (RuntimeException e) {
            LOG.error("a command failed unexpectedly", e);
            return Answers.failure(e, id);
        }
    }

    private Object execute(Message message) throws IOException {
        boolean negotiation = message.command().equals(CapabilitiesCommand.NAME);
        if (!negotiated && !negotiation) {
            throw notFound("Expecting capabilities negotiation with 'qmp_capabilities'");
        }
        MonitorCommand command = find(message.command());
        if (message.outOfBand() && !command.runsOutOfBand()) {
            throw BlockException.invalid(
                    "The command " + message.command() + " does not support OOB");
        }
        OptionValues values =
                Arguments.check(
                        command.arguments(), message.arguments(), command.takesOptionTree());
        if (negotiated && negotiation) {
            throw notFound("Capabilities negotiation is already complete, command ignored");
        }
        Call call = new Call(request.layer(), values, message.arguments());
        Object result = command.run(call);
        if (negotiation) {
            outOfBand = CapabilitiesCommand.enablesOutOfBand(message.arguments());
            negotiated = true;
        }
        shutdown = call.isShutdownRequested();
        return result;
    }

    private MonitorCommand find(String name) throws CommandException {
        return request.layer().drivers().commands().stream()
                .filter(command -> command.name().equals(name))
                .findFirst()
                .orElseThrow(() -> notFound("The command " + name + " has not been found"));
    }

    private static CommandException notFound(String message) {
        return new CommandException(ErrorClass.COMMAND_NOT_FOUND, message);
    }

    private void shutDown() {
        try {
            outbox.awaitWritten();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        request.requestShutdown();
    }

    private void tell(Event event) {
        if (negotiated) {
            outbox.event(text(Answers.event(event)));
        }
    }

    private void answer(Object answer) {
        try {
            send(answer);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void send(Object message) throws InterruptedException {
        outbox.answer(text(message));
    }

    private byte[] text(Object message) {
        Object sorted = order.sorted(message);
        String json =
                request.pretty()
                        ? Json.printPretty(sorted).replace("\n", "\r\n")
                        : Json.print(sorted);
        return (json + "\r\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** Returns whether it is over, so that its commands are not begun. */
    boolean isGone() {
        return gone;
    }

    /** Disconnects the client. */
    void close() {
        gone = true;
        events.close();
        connection.close();
        outbox.close();
    }
}
