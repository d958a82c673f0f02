package org.ashlar.monitor.qmp.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ashlar.spi.control.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The same bytes go to the reference and to the monitor: what comes back must be the same. */
class ReferenceTest {

    private static final String NEGOTIATE = "{\"execute\":\"qmp_capabilities\"}";
    private static final String NEGOTIATE_OOB =
            "{\"execute\":\"qmp_capabilities\",\"arguments\":{\"enable\":[\"oob\"]}}";

    /** Its answer ends an exchange: a newline ends the token before, 0xFF whatever was begun. */
    private static final String END = "\n\u00FF\n{\"execute\":\"no-such-command\",\"id\":\"end\"}";

    private static final List<String> TOKENS =
            List.of(
                    "{",
                    "}",
                    "{",
                    "}",
                    "[",
                    "]",
                    ":",
                    ",",
                    ":",
                    ",",
                    " ",
                    "\n",
                    "\"a\"",
                    "'b'",
                    "\"c\"",
                    "1",
                    "-0",
                    "01",
                    "1.5",
                    "1e5",
                    "1.",
                    "-",
                    "true",
                    "nul",
                    "null",
                    "T",
                    "\u0001",
                    "\u00FF",
                    "\u00C3\u00A9",
                    "\"\u00C3\u00A9\"",
                    "\\",
                    "\"",
                    "'",
                    "\"\\u00e9\"",
                    "\"\\q\"",
                    "\"id\":",
                    "\"execute\":\"query-jobs\"");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "xyz abc\n",
                "[1]",
                "\"a\"",
                "true\n",
                "1.5 ",
                "{}",
                "{\"id\":7}",
                "{'execute':'no-such'}",
                "{\"execute\":1}",
                "{\"execute\":\"no-such\",\"foo\":1}",
                "{\"execute\":\"quit\",\"arguments\":[]}",
                "{\"execute\":\"quit\",\"arguments\":null}",
                "{\"execute\":\"quit\",\"arguments\":{\"a\":1}}",
                "{\"execute\":\"quit\",\"exec-oob\":\"x\"}",
                "{\"exec-oob\":\"quit\",\"id\":3}",
                "{\"execute\":\"query-jobs\"}{\"execute\":\"query-jobs\"} {\"execute\":\n\"x\"}",
                "{\"execute\":\"query-jobs\"]{\"execute\":\"query-jobs\"}}",
                "{\"execute\" \"a\"}",
                "{\"execute\":}",
                "{execute:\"a\"}",
                "{\"a\":1,}",
                "{\"a\":1 \"b\":2}",
                "{\"a\":1,\"a\":2}",
                "{1:2}",
                "[1,]",
                "[1 2]",
                "[}",
                "{\"a\":{\"b\":1]}",
                "{\"a\":nul}",
                "{\"a\":TRUE}",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":-}",
                "{\"a\":1e}",
                "{\"\\x\":1}",
                "{\"\\u12\":1}",
                "{\"\\u12zzzz\":1}",
                "{\"\\ud800\\u0041\":1}",
                "{\"\\ud83f\\udfff\":1}",
                "{\"\\u0000\":1}",
                "{\"\u00FF\":1}",
                "{\"\u00C3\":1}",
                "{\"\u00C0\u0080\":1}",
                "{\"\u00EF\u00BF\u00BE\":1}",
                "{\"x\ny\":1}",
                "{}\u0000{}",
                "\u00C3\u00A9T'T1{}",
                "}\n]\n,\n:\n",
                "T\u0001\u0001 {}",
                "{\"execute\":\"query-jobs\",\"id\":[12345678901234567890,-0,-0.0,0.1,1e21,1E-7]}",
                "{\"execute\":\"query-jobs\",\"id\":[123456789012345678901234,5e-324,1e400,1e16]}",
                "{\"execute\":\"query-jobs\",\"id\":\"\\u00e9\\ud83d\\ude00\\/\\\"\\u0001\u007F\"}",
                "{\"execute\":\"qmp_capabilities\",\"id\":{\"name\":1,\"id\":2,\"type\":3}}",
            })
    void input_afterNegotiation_isAnsweredAsByTheReference(String input) throws Exception {
        assertEquals(reference(NEGOTIATE + input + END), ours(NEGOTIATE + input + END));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"execute\":\"query-version\"}",
                "{\"execute\":\"no-such\",\"id\":1}",
                "{\"foo\":1}",
                "{\"execute\":\"qmp_capabilities\",\"arguments\":{\"x\":[]}}",
                "{\"execute\":\"qmp_capabilities\",\"arguments\":{\"enable\":\"oob\"}}",
                "{\"execute\":\"qmp_capabilities\",\"id\":1}{\"execute\":\"qmp_capabilities\"}",
                NEGOTIATE_OOB + "{\"exec-oob\":\"query-version\",\"id\":{\"a\":[1,null,true]}}",
                NEGOTIATE_OOB + "{\"exec-oob\":1}",
                NEGOTIATE_OOB + "{\"exec-oob\":\"qmp_capabilities\"}",
                NEGOTIATE + "{\"execute\":\"qmp_capabilities\",\"arguments\":{\"x\":1}}",
                NEGOTIATE_OOB + "{\"exec-oob\":\"no-such\"}",
            })
    void input_beforeNegotiation_isAnsweredAsByTheReference(String input) throws Exception {
        assertEquals(reference(input + END), ours(input + END));
    }

    @Test
    void id_nestedAsDeepAsInputMayBe_isRepeated() throws Exception {
        for (String[] level : new String[][] {{"[", "]"}, {"{\"a\":", "}"}}) {
            String id = level[0].repeat(1022) + "[]" + level[1].repeat(1022);
            String input = NEGOTIATE + "{\"execute\":\"query-jobs\",\"id\":" + id + "}" + END;

            assertEquals(reference(input), ours(input));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "job-pause {\"id\":\"x\"}",
                "job-pause {}",
                "job-pause {\"id\":1}",
                "job-pause {\"id\":null}",
                "job-pause {\"id\":\"a\",\"b\":1}",
                "job-resume {\"id\":\"x\"}",
                "job-cancel {\"id\":\"x\"}",
                "job-complete {\"id\":\"x\"}",
                "job-finalize {\"id\":\"x\"}",
                "job-dismiss {\"id\":\"x\"}",
                "block-job-set-speed {\"device\":\"x\",\"speed\":1}",
                "block-job-set-speed {\"device\":\"x\",\"speed\":\"1\"}",
                "block-job-set-speed {\"speed\":-1,\"dev\":2}",
                "block-job-cancel {\"device\":\"x\"}",
                "block-job-cancel {\"device\":\"x\",\"force\":\"on\"}",
                "block-job-pause {\"device\":\"x\"}",
                "block-job-resume {\"device\":\"x\"}",
                "block-job-complete {\"device\":\"x\"}",
                "block-job-finalize {\"id\":\"x\"}",
                "block-job-dismiss {\"id\":\"x\"}",
                "blockdev-add {\"node-name\":\"a\"}",
                "blockdev-add {\"driver\":\"no-such\",\"node-name\":\"a\"}",
                "blockdev-add {\"driver\":\"null-co\"}",
                "blockdev-add {\"driver\":\"null-co\",\"node-name\":\"a\",\"size\":\"1\"}",
                "blockdev-add {\"driver\":\"null-co\",\"node-name\":\"a\",\"size\":1.0}",
                "blockdev-add {\"driver\":\"null-co\",\"node-name\":1}",
                "blockdev-add {\"driver\":\"null-co\",\"node-name\":\"a\",\"discard\":\"x\"}",
                "blockdev-add {\"driver\":\"null-co\",\"node-name\":\"a\",\"cache\":1}",
                "blockdev-del {}",
                "blockdev-del {\"node-name\":\"x\"}",
                "blockdev-reopen {}",
                "blockdev-reopen {\"options\":{}}",
                "blockdev-reopen {\"options\":[1]}",
                "blockdev-reopen {\"options\":[{\"driver\":\"null-co\"}]}",
                "blockdev-reopen {\"options\":[{\"driver\":\"null-co\",\"node-name\":\"x\"}]}",
                "blockdev-snapshot {\"node\":\"x\",\"overlay\":\"y\"}",
                "blockdev-snapshot {\"node\":\"x\"}",
                "block_resize {\"size\":1}",
                "block_resize {\"node-name\":\"x\",\"size\":1}",
                "block_resize {\"device\":\"x\",\"size\":1}",
                "block_resize {\"node-name\":\"x\"}",
                "block-export-add {\"id\":\"a\",\"node-name\":\"n\"}",
                "block-export-add {\"type\":\"no\",\"id\":\"a\",\"node-name\":\"n\"}",
                "block-export-add {\"type\":\"nbd\",\"id\":\"a\"}",
                "block-export-add"
                        + " {\"type\":\"nbd\",\"id\":\"a\",\"node-name\":\"n\",\"writable\":1}",
                "block-export-add {\"type\":\"nbd\",\"id\":\"1a\",\"node-name\":\"n\"}",
                "block-export-del {\"id\":\"x\"}",
                "block-export-del {\"id\":\"x\",\"mode\":\"y\"}",
                "blockdev-create {}",
                "blockdev-create {\"job-id\":\"k\",\"options\":\"a\"}",
                "blockdev-create {\"job-id\":\"k\",\"options\":{}}",
                "blockdev-create {\"job-id\":\"k\",\"options\":{\"driver\":\"no-such\"}}",
                "blockdev-create {\"job-id\":\"k\",\"options\":{\"driver\":\"null-co\"}}",
                "object-add {\"id\":\"a\"}",
                "object-add {\"qom-type\":\"no-such\",\"id\":\"a\"}",
                "object-del {\"id\":\"x\"}",
                "query-named-block-nodes {\"flat\":\"on\"}",
                "query-named-block-nodes {\"flat\":1}",
                "query-block-exports {\"x\":1}",
                "query-named-block-nodes {}",
                "query-block-exports {}",
                "query-block-jobs {}",
                "query-jobs {}",
                "x-debug-query-block-graph {}",
            })
    void command_onAnEmptyLayer_isAnsweredAsByTheReference(String call) throws Exception {
        String[] parts = call.split(" ", 2);
        String input =
                NEGOTIATE
                        + "{\"execute\":\""
                        + parts[0]
                        + "\",\"arguments\":"
                        + parts[1]
                        + "}"
                        + END;

        assertEquals(reference(input), ours(input));
    }

    @Test
    void greeting_hasTheReferencesShape() throws Exception {
        assertEquals(shape(Json.parse(greeting(true))), shape(Json.parse(greeting(false))));
    }

    /** Random tokens, good and bad, in any order; both sides must recover at the same places. */
    @Test
    void randomTokens_areAnsweredAsByTheReference() throws Exception {
        long seed = 20261121L;
        Random random = new Random(seed);
        try (Reference reference = new Reference("pretty=off");
                Bench bench = Bench.overPipes(new FakeLayer())) {
            reference.client.negotiate();
            bench.client.negotiate();
            for (int round = 0; round < 1000; round++) {
                StringBuilder input = new StringBuilder();
                for (int i = random.nextInt(1, 24); i > 0; i--) {
                    input.append(TOKENS.get(random.nextInt(TOKENS.size())));
                }
                String text = input + END;
                assertEquals(
                        answers(reference.client, text),
                        answers(bench.client, text),
                        () -> "seed " + seed + ", input " + text);
            }
        }
    }

    @Test
    void pretty_printsAsTheReference() throws Exception {
        String call = "{'execute':'query-jobs','id':{'a':[],'b':[1,{'c':{}}]}}";
        try (Reference reference = new Reference("pretty=on");
                Bench bench =
                        Bench.of(new FakeLayer(), Map.of("id", "m", "backend", "stdio"), true)) {
            assertEquals(prettyAnswer(reference.client, call), prettyAnswer(bench.client, call));
        }
    }

    /** Returns the lines of the call's answer, which follows greeting and negotiation. */
    private static List<String> prettyAnswer(Client client, String call) {
        client.send(NEGOTIATE + call);
        prettyMessage(client);
        prettyMessage(client);
        return prettyMessage(client);
    }

    private static List<String> prettyMessage(Client client) {
        List<String> lines = new ArrayList<>();
        String line;
        do {
            line = client.line();
            lines.add(line);
        } while (!line.equals("}") && !line.isEmpty());
        return lines;
    }

    private static Object shape(Object value) {
        return switch (value) {
            case Map<?, ?> members -> {
                List<Object> shapes = new ArrayList<>();
                members.forEach((name, member) -> shapes.add(List.of(name, shape(member))));
                yield shapes;
            }
            case List<?> items -> items;
            default -> value.getClass().getSimpleName();
        };
    }

    private static String greeting(boolean reference) throws Exception {
        if (reference) {
            try (Reference running = new Reference("pretty=off")) {
                return running.client.line();
            }
        }
        try (Bench bench = Bench.overPipes(new FakeLayer())) {
            return bench.client.line();
        }
    }

    private static List<String> reference(String input) throws Exception {
        try (Reference running = new Reference("pretty=off")) {
            return exchange(running.client, input);
        }
    }

    private static List<String> ours(String input) throws IOException {
        FakeLayer layer = new FakeLayer();
        layer.drivers.nodes.add(new NullDriver());
        layer.drivers.exports.add(new NoExport());
        try (Bench bench = Bench.overPipes(layer)) {
            return exchange(bench.client, input);
        }
    }

    /** Returns the lines after the greeting, up to the answer of {@link #END}. */
    private static List<String> exchange(Client client, String input) {
        client.line();
        return answers(client, input);
    }

    private static List<String> answers(Client client, String input) {
        client.send(input);
        List<String> lines = new ArrayList<>();
        String line = client.line();
        while (!line.isEmpty() && !line.contains("\"id\": \"end\"")) {
            lines.add(line);
            line = client.line();
        }
        lines.add(line);
        return lines;
    }
}
