package org.ashlar.monitor.qmp.internal;

import static org.ashlar.monitor.qmp.internal.FakeGraph.edge;
import static org.ashlar.monitor.qmp.internal.FakeGraph.node;
import static org.ashlar.monitor.qmp.internal.FakeGraph.root;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.ashlar.monitor.qmp.internal.command.CreateJob;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.control.Json;
import org.ashlar.spi.export.ExportInfo;
import org.ashlar.spi.job.BlockJob;
import org.ashlar.spi.job.JobInfo;
import org.ashlar.spi.job.JobStatus;
import org.ashlar.spi.option.OptionValues;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandsTest {

    private final FakeLayer layer = new FakeLayer();

    @BeforeEach
    void addDrivers() {
        layer.drivers.nodes.add(new NullDriver());
        layer.drivers.exports.add(new NoExport());
        layer.jobs.jobs.add(job("s", "stream", Optional.empty()));
        layer.graph = new FakeGraph(List.of(node("n", "null-co", Set.of())), List.of());
    }

    private static JobInfo job(String id, String type, Optional<Kind> error) {
        return new JobInfo(
                id,
                type,
                JobStatus.RUNNING,
                512,
                1024,
                7,
                true,
                false,
                false,
                error,
                true,
                false,
                error.map(Kind::toString));
    }

    private String answer(String command, String arguments) throws Exception {
        try (Bench bench = Bench.overPipes(layer)) {
            bench.client
                    .negotiate()
                    .send("{'execute':'" + command + "','arguments':" + arguments + "}");
            return bench.client.line();
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "job-pause,            {'id':'s'},                  pause s",
                "job-resume,           {'id':'s'},                  resume s",
                "job-cancel,           {'id':'s'},                  cancel s true",
                "job-complete,         {'id':'s'},                  complete s",
                "job-finalize,         {'id':'s'},                  finalize s",
                "job-dismiss,          {'id':'s'},                  dismiss s",
                "block-job-set-speed,  `{'device':'s','speed':5}`,  speed s 5",
                "block-job-cancel,     {'device':'s'},              cancel s false",
                "block-job-cancel,     `{'device':'s','force':true}`, cancel s true",
                "block-job-pause,      {'device':'s'},              pause s",
                "block-job-resume,     {'device':'s'},              resume s",
                "block-job-complete,   {'device':'s'},              complete s",
                "block-job-finalize,   {'id':'s'},                  finalize s",
                "block-job-dismiss,    {'id':'s'},                  dismiss s",
                "blockdev-del,         {'node-name':'n'},           delete n",
                "block_resize,         `{'node-name':'n','size':9}`, resize n 9",
                "block_resize,         `{'node-name':'n','device':'x','size':9}`, resize n 9",
                "x-blockdev-change,    `{'parent':'n','child':'children.1'}`, remove child n"
                        + " children.1",
            })
    void command_withArguments_isPassedOn(String command, String arguments, String call)
            throws Exception {
        assertEquals("{\"return\": {}}", answer(command, arguments));
        assertEquals(List.of(call), layer.calls);
    }

    @Test
    void blockdevAdd_passesTheWholeTreeOn() throws Exception {
        answer("blockdev-add", "{'driver':'null-co','node-name':'a','size':5,'read-only':true}");

        assertEquals(
                List.of("add {driver=null-co, node-name=a, size=5, read-only=true}"), layer.calls);
    }

    @Test
    void blockdevReopen_passesEachTreeOn() throws Exception {
        answer("blockdev-reopen", "{'options':[{'driver':'null-co','node-name':'n','size':5}]}");

        assertEquals(List.of("reopen [{driver=null-co, node-name=n, size=5}]"), layer.calls);
    }

    @Test
    void blockdevReopen_saysWhichOfItsOptionsIsWrong() throws Exception {
        assertTrue(
                answer(
                                "blockdev-reopen",
                                "{'options':[{'driver':'null-co','node-name':'n','bogus':5}]}")
                        .contains("Parameter 'options[0].bogus' is unexpected"));
        assertTrue(
                answer("blockdev-reopen", "{'options':[{'node-name':'n'}]}")
                        .contains("Parameter 'options[0].driver' is missing"));
        assertEquals(List.of(), layer.calls);
    }

    @Test
    void blockExportAdd_partsCommonOptionsFromTheTypes() throws Exception {
        answer(
                "block-export-add",
                "{'type':'nbd','id':'e','node-name':'n','writable':true,'name':'x'}");

        assertEquals(
                List.of(
                        "export ExportSettings[type=nbd, id=e, nodeName=n, writable=true,"
                                + " writethrough=false] {name=x}"),
                layer.calls);
    }

    @Test
    void blockExportDel_saysWhetherToDisconnect() throws Exception {
        layer.exports.exports.add(new ExportInfo("e", "nbd", "n", false, 1));

        answer("block-export-del", "{'id':'e'}");
        answer("block-export-del", "{'id':'e','mode':'hard'}");
        assertEquals(List.of("unexport e false", "unexport e true"), layer.calls);
        assertEquals(
                "{\"return\": [{\"node-name\": \"n\", \"shutting-down\": false, \"type\": \"nbd\","
                        + " \"id\": \"e\"}]}",
                answer("query-block-exports", "{}"));
    }

    /** Order and form as the reference printed them for a job of its own. */
    @Test
    void queryJobs_listsAll_queryBlockJobs_notCreations() throws Exception {
        layer.jobs.jobs.clear();
        layer.jobs.jobs.add(job("c", "create", Optional.empty()));
        layer.jobs.jobs.add(job("s", "stream", Optional.of(Kind.NO_SPACE)));

        assertEquals(
                "{\"return\": [{\"current-progress\": 512, \"status\": \"running\","
                        + " \"total-progress\": 1024, \"type\": \"create\", \"id\": \"c\"},"
                        + " {\"current-progress\": 512, \"status\": \"running\","
                        + " \"total-progress\": 1024, \"type\": \"stream\", \"id\": \"s\","
                        + " \"error\": \"NO_SPACE\"}]}",
                answer("query-jobs", "{}"));
        Object jobs = ((Map<?, ?>) Json.parse(answer("query-block-jobs", "{}"))).get("return");
        assertEquals(
                List.of(
                        Map.ofEntries(
                                Map.entry("type", "stream"),
                                Map.entry("device", "s"),
                                Map.entry("len", 1024L),
                                Map.entry("offset", 512L),
                                Map.entry("busy", true),
                                Map.entry("paused", false),
                                Map.entry("speed", 7L),
                                Map.entry("io-status", "nospace"),
                                Map.entry("ready", false),
                                Map.entry("status", "running"),
                                Map.entry("auto-finalize", true),
                                Map.entry("auto-dismiss", false),
                                Map.entry("error", "NO_SPACE"))),
                jobs);
    }

    @Test
    void blockdevCreate_startsAJobThatCreates() throws Exception {
        layer.drivers.nodes.add(new CreatingDriver());

        answer(
                "blockdev-create",
                "{'job-id':'j','options':{'driver':'img','file':'n','size':9,'cluster-size':512,"
                        + "'version':'v3'}}");
        assertEquals(
                List.of(
                        "start create JobSettings[id=j, speed=0, onError=REPORT,"
                                + " autoFinalize=true, autoDismiss=false]"),
                layer.calls);

        CreateJob type = new CreateJob();
        BlockJob job =
                type.prepare(
                        new FakeJobRequest(OptionValues.check(type.options(), layer.jobs.started)));
        job.run(new FakeJobControl());
        assertEquals(
                "create {driver=img, file=n, size=9, cluster_size=512, compat=v3}",
                layer.calls.getLast());
    }

    @Test
    void blockdevCreate_unknownOption_isRefusedUnderItsQmpName() throws Exception {
        layer.drivers.nodes.add(new CreatingDriver());

        String answer =
                answer(
                        "blockdev-create",
                        "{'job-id':'j','options':{'driver':'img','file':'n','size':1,'no-such':9}}");

        assertTrue(answer.contains("Parameter 'options.no-such' is unexpected"), answer);
        String noSize =
                answer("blockdev-create", "{'job-id':'j','options':{'driver':'img','file':'n'}}");
        assertTrue(noSize.contains("Parameter 'options.size' is missing"), noSize);
    }

    /** The same shape as the reference's, seen with an export on an overlay. */
    @Test
    void queryBlockGraph_numbersInTheOrderMet_listsNewestFirst() throws Exception {
        layer.graph =
                new FakeGraph(
                        List.of(
                                node("f", "null-co", Set.of()),
                                node(
                                        "top",
                                        "img",
                                        Set.of(),
                                        edge("top", "file", ChildRole.IMAGE, "f"),
                                        edge("top", "backing", ChildRole.BACKING, "base")),
                                node("base", "null-co", Set.of())),
                        List.of(root("e", "top")));

        String edge =
                "\"shared-perm\": [\"resize\", \"write-unchanged\", \"write\","
                        + " \"consistent-read\"], \"perm\": [\"consistent-read\"], ";
        assertEquals(
                "{\"return\": {\"edges\": ["
                        + "{\"name\": \"file\", \"parent\": 2, "
                        + edge
                        + "\"child\": 3}, "
                        + "{\"name\": \"backing\", \"parent\": 2, "
                        + edge
                        + "\"child\": 4}, "
                        + "{\"name\": \"root\", \"parent\": 1, \"shared-perm\":"
                        + " [\"write-unchanged\", \"consistent-read\"], \"perm\": [\"write\","
                        + " \"consistent-read\"], \"child\": 2}], "
                        + "\"nodes\": ["
                        + "{\"name\": \"base\", \"type\": \"block-driver\", \"id\": 4}, "
                        + "{\"name\": \"top\", \"type\": \"block-driver\", \"id\": 2}, "
                        + "{\"name\": \"f\", \"type\": \"block-driver\", \"id\": 3}, "
                        + "{\"name\": \"e\", \"type\": \"block-backend\", \"id\": 1}]}}",
                answer("x-debug-query-block-graph", "{}"));
    }

    /** A node that does not answer is listed by what the graph knows. */
    @Test
    void queryNodes_whoseNodeDoesNotAnswer_listsItAllTheSame() throws Exception {
        Map<?, ?> answer =
                (Map<?, ?>) Json.parse(answer("query-named-block-nodes", "{'flat':true}"));
        Map<?, ?> node = (Map<?, ?>) ((List<?>) answer.get("return")).getFirst();

        assertEquals("n", node.get("node-name"));
        assertEquals("null-co", node.get("drv"));
        assertEquals("n.img", node.get("file"));
        assertEquals(false, node.get("ro"));
        assertEquals(
                Map.of("filename", "n.img", "format", "null-co", "virtual-size", 0L),
                node.get("image"));
    }
}
