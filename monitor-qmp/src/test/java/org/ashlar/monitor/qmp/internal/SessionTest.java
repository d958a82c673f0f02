package org.ashlar.monitor.qmp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.control.CommandException;
import org.ashlar.spi.control.CommandException.ErrorClass;
import org.ashlar.spi.control.MonitorCommand;
import org.junit.jupiter.api.Test;

class SessionTest {

    private static final String NEGOTIATE_OOB =
            "{\"execute\":\"qmp_capabilities\",\"arguments\":{\"enable\":[\"oob\"]}}";

    private final FakeLayer layer = new FakeLayer();

    /** A command whose body is a test's. */
    private record TestCommand(String name, boolean runsOutOfBand, Body body)
            implements MonitorCommand {

        /** What it does. */
        interface Body {
            Object run(CommandCall call) throws Exception;
        }

        @Override
        public Object run(CommandCall call) throws java.io.IOException {
            try {
                return body.run(call);
            } catch (java.io.IOException | RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private void command(String name, boolean outOfBand, TestCommand.Body body) {
        layer.drivers.commands.add(new TestCommand(name, outOfBand, body));
    }

    @Test
    void message_inSingleBytes_isAnswered() throws Exception {
        try (Bench bench = Bench.overPipes(layer)) {
            bench.client.negotiate();
            for (char unit : "{ \"execute\" : \"query-jobs\" , \"id\" : \"x\" }".toCharArray()) {
                bench.client.send(String.valueOf(unit));
            }
            assertEquals("{\"return\": [], \"id\": \"x\"}", bench.client.line());
        }
    }

    @Test
    void event_afterNegotiation_isToldWithItsTime() throws Exception {
        try (Bench bench = Bench.overPipes(layer)) {
            bench.client.line();
            layer.events.publish("TOO_EARLY", Map.of());
            bench.client.send("{\"execute\":\"qmp_capabilities\"}");
            bench.client.line();
            layer.events.publish("BLOCK_EXPORT_DELETED", Map.of("id", "e"));
            assertEquals(
                    "{\"timestamp\": {\"seconds\": 1700000000, \"microseconds\": 123456},"
                            + " \"event\": \"BLOCK_EXPORT_DELETED\", \"data\": {\"id\": \"e\"}}",
                    bench.client.line());
        }
        assertEquals(List.of(), layer.events.listeners);
    }

    @Test
    void quit_isAnsweredBeforeTheEnd() throws Exception {
        try (Bench bench = Bench.overPipes(layer)) {
            bench.client.negotiate().send("{\"execute\":\"quit\",\"id\":1}");
            assertTrue(bench.awaitShutdown());
            assertEquals("{\"return\": {}, \"id\": 1}", bench.client.line());
        }
    }

    @Test
    void command_thatFails_isReportedByItsClassAndTheNextGoesOn() throws Exception {
        command(
                "refused",
                false,
                _ -> {
                    throw BlockException.invalid("no");
                });
        command(
                "inactive",
                false,
                _ -> {
                    throw new CommandException(ErrorClass.DEVICE_NOT_ACTIVE, "gone");
                });
        command(
                "broken",
                false,
                _ -> {
                    throw new IllegalStateException("oh");
                });
        try (Bench bench = Bench.overPipes(layer)) {
            bench.client
                    .negotiate()
                    .send("{'execute':'refused'}{'execute':'inactive'}{'execute':'broken'}")
                    .send("{'execute':'query-jobs'}");
            assertEquals(error("GenericError", "no"), bench.client.line());
            assertEquals(error("DeviceNotActive", "gone"), bench.client.line());
            assertEquals(
                    error("GenericError", "Internal error: java.lang.IllegalStateException: oh"),
                    bench.client.line());
            assertEquals("{\"return\": []}", bench.client.line());
        }
    }

    private static String error(String errorClass, String description) {
        return "{\"error\": {\"class\": \""
                + errorClass
                + "\", \"desc\": \""
                + description
                + "\"}}";
    }

    @Test
    void command_thatHangs_holdsUpItsOwnMonitorOnly() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        command(
                "hang",
                false,
                _ -> {
                    begun.countDown();
                    release.await();
                    return "late";
                });
        try (Bench hung = Bench.overPipes(layer);
                Bench other = Bench.overPipes(layer)) {
            hung.client.negotiate().send("{'execute':'hang'}{'execute':'query-jobs'}");
            assertTrue(begun.await(30, TimeUnit.SECONDS));
            other.client.negotiate().send("{'execute':'query-jobs','id':'other'}");
            assertEquals("{\"return\": [], \"id\": \"other\"}", other.client.line());
            release.countDown();
            assertEquals("{\"return\": \"late\"}", hung.client.line());
            assertEquals("{\"return\": []}", hung.client.line());
        }
    }

    @Test
    void command_outOfBand_overtakesOneThatHangs() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        command(
                "hang",
                false,
                _ -> {
                    release.await();
                    return "late";
                });
        command(
                "rescue",
                true,
                _ -> {
                    release.countDown();
                    return "now";
                });
        try (Bench bench = Bench.overPipes(layer)) {
            bench.client.line();
            bench.client.send(NEGOTIATE_OOB);
            bench.client.line();
            bench.client.send("{'execute':'hang','id':1}{'exec-oob':'rescue','id':2}");
            List<String> answers = List.of(bench.client.line(), bench.client.line());
            assertTrue(answers.contains("{\"return\": \"late\", \"id\": 1}"), answers::toString);
            assertTrue(answers.contains("{\"return\": \"now\", \"id\": 2}"), answers::toString);
        }
    }

    @Test
    void commands_beforeTheEndOfInput_areAnswered() throws Exception {
        try (Bench bench = Bench.overPipes(layer)) {
            bench.client.negotiate();
            for (int i = 0; i < 50; i++) {
                bench.client.send("{'execute':'query-jobs','id':" + i + "}");
            }
            bench.hangUp();
            for (int i = 0; i < 50; i++) {
                assertEquals("{\"return\": [], \"id\": " + i + "}", bench.client.line());
            }
        }
    }

    @Test
    void queryCommands_listsTheSessionsOwnToo() throws Exception {
        try (Bench bench = Bench.overPipes(layer)) {
            bench.client.negotiate().send("{'execute':'query-commands'}");
            Map<String, Object> answer = bench.client.message();
            List<?> names = (List<?>) answer.get("return");
            assertTrue(names.contains(Map.of("name", "qmp_capabilities")), names::toString);
            assertTrue(names.contains(Map.of("name", "blockdev-snapshot")), names::toString);
        }
    }
}
