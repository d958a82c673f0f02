package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.ashlar.itest.harness.DaemonProcess;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Scene 11: the same lines go to the reference's daemon and to ours, which have images alike; a
 * program that manages them must not see a difference.
 */
class SceneSameAnswersIT {
    /** Members of newer versions of the reference, which this one does not have. */
    private static final List<String> NEWER = List.of("active", "children");

    private static final Duration LIMIT = Duration.ofSeconds(60);

    /** What stands for the folder of each. */
    private static final String HOME = "HOME";

    @TempDir private Path folder;
    private final List<Side> sides = new ArrayList<>();

    /** One of the two daemons. */
    private record Side(DaemonProcess daemon, QmpClient monitor, Path home) {

        /** Returns what is answered, behind the events that were told before. */
        List<String> exchange(String line) {
            monitor.sendLine(line.replace(HOME, home.toString()));
            JsonNode answer = monitor.answer();
            List<String> seen = new ArrayList<>();
            for (JsonNode event : monitor.eventsSoFar()) {
                if (!event.get("event").asText().startsWith("NBD_")) {
                    seen.add(event.get("event").asText() + event.get("data"));
                }
            }
            seen.add(plain(answer).toString().replace(home.toString(), HOME));
            return seen;
        }

        /** Returns how a creation ended: refused, or the job's last description. */
        JsonNode create(String image) {
            String text = image.replace(HOME, home.toString());
            monitor.sendLine(
                    "{'execute':'blockdev-create','arguments':{'job-id':'j','options':"
                            + text
                            + "}}");
            JsonNode answer = monitor.answer();
            if (answer.has("error")) {
                return answer;
            }
            monitor.event(
                    "JOB_STATUS_CHANGE",
                    data -> data.get("status").asText().equals("concluded"),
                    LIMIT);
            JsonNode job = monitor.execute("query-jobs");
            monitor.execute("job-dismiss", "id", "j");
            monitor.event(
                    "JOB_STATUS_CHANGE", data -> data.get("status").asText().equals("null"), LIMIT);
            monitor.eventsSoFar();
            return job;
        }

        private static JsonNode plain(JsonNode value) {
            if (value instanceof ObjectNode object) {
                object.remove(NEWER);
            }
            value.forEach(Side::plain);
            return value;
        }
    }

    @BeforeEach
    void startBoth() {
        add("qemu-storage-daemon", folder.resolve("reference"));
        add(Product.daemon(), folder.resolve("ours"));
    }

    private void add(String program, Path home) {
        DaemonProcess daemon = DaemonProcess.start(program, home);
        sides.add(new Side(daemon, daemon.monitor(), home));
    }

    @AfterEach
    void endBoth() {
        for (Side side : sides) {
            side.monitor.close();
            side.daemon.close();
        }
    }

    /** Makes an image on each side. */
    private void image(String name, String format) {
        for (Side side : sides) {
            Tools.run("qemu-img", "create", "-q", "-f", format, side.home.resolve(name), "1M");
        }
    }

    /** Sends a command to both, with arguments in JSON, and compares all that comes back. */
    private void same(String command, String arguments) {
        String line = "{'execute':'" + command + "','arguments':" + arguments + "}";
        assertEquals(sides.get(0).exchange(line), sides.get(1).exchange(line), line);
    }

    private void addQcow2(String name, String more) {
        image(name + ".qcow2", "qcow2");
        same(
                "blockdev-add",
                "{'driver':'qcow2','node-name':'%1$s','file':{'driver':'file','node-name':'%1$s-f','filename':'HOME/%1$s.qcow2'}%2$s}"
                        .formatted(name, more));
    }

    @Test
    void snapshot_leavesTheLayersBelowReadOnly() {
        addQcow2("base", "");
        addQcow2("top", ",'backing':null");
        same("x-debug-query-block-graph", "{}");
        same("blockdev-snapshot", "{'node':'base','overlay':'top'}");
        same("x-debug-query-block-graph", "{}");
        addQcow2("last", ",'backing':null");
        same("blockdev-snapshot", "{'node':'top','overlay':'last'}");
        same("x-debug-query-block-graph", "{}");
        same("block-stream", "{'device':'last','job-id':'j','speed':-1}");
        same("block-stream", "{'device':'last','job-id':'j','bottom':'top','backing-file':'x'}");
    }

    @Test
    void snapshotsWithinAnImage_areListed() {
        Path made = folder.resolve("made.qcow2");
        Tools.run("qemu-img", "create", "-q", "-f", "qcow2", made, "1M");
        Tools.run("qemu-img", "snapshot", "-c", "first", made);
        Tools.run("qemu-img", "snapshot", "-c", "second", made);
        for (Side side : sides) {
            Tools.run("cp", "--sparse=never", made, side.home.resolve("kept.qcow2"));
        }
        same(
                "blockdev-add",
                "{'driver':'qcow2','node-name':'kept','read-only':true,"
                        + "'file':{'driver':'file','node-name':'f','filename':'HOME/kept.qcow2'}}");
        same("query-named-block-nodes", "{}");
    }

    @Test
    void oddDescriptions_areReadAlike() {
        image("x.img", "raw");
        for (String node :
                List.of(
                        "{'driver':'file','node-name':'n','filename':'json:{}'}",
                        "{'driver':'file','node-name':'n','filename':'nbd://x'}",
                        "{'driver':'file','node-name':'\u00e9','filename':'HOME/x.img'}",
                        "{'driver':'file','node-name':'1','filename':'HOME/x.img'}",
                        "{'driver':'null-co','node-name':'a23456789012345678901234567890123'}",
                        "{'driver':'null-co','node-name':'n','cache':{'direct':1}}",
                        "{'driver':'null-co','node-name':'n','discard':'x'}",
                        "{'driver':'null-co','node-name':'n','inspect':true}",
                        "{'driver':'null-co','node-name':'n','repair':false}",
                        "{'driver':'raw','node-name':'n','file':{'driver':'null-co','inspect':true}}",
                        "{'driver':'null-co','node-name':'n','latency-ns':'1'}",
                        "{'driver':'null-co','node-name':'n','latency-ns':18446744073709551615}",
                        "{'driver':'null-co','node-name':'n','latency-ns':18446744073709551616}",
                        "{'driver':'raw','node-name':'n','file':''}",
                        "{'driver':'raw','node-name':'n','file':{'driver':'file'}}")) {
            same("blockdev-add", node);
        }
        for (String odd :
                List.of(
                        "'data-file':null",
                        "'data-file':''",
                        "'data-file':1",
                        "'overlap-check':1",
                        "'overlap-check':'x'",
                        "'overlap-check':{'a':1}",
                        "'overlap-check':{'template':'x'}",
                        "'cache-size':-1")) {
            addQcow2("odd", "," + odd);
        }
        addQcow2("checked0", ",'overlap-check':{}");
        addQcow2("checked", ",'overlap-check':'cached'");
        addQcow2("checked2", ",'overlap-check':{'template':'all','main-header':false}");
    }

    /** No other place than the tools may ask for a node that is only inspected, or repaired. */
    @Test
    void optionsThatNodesOfADaemonHaveNot_areRefusedAlike() {
        String ours = Product.assembled().program("compat/qemu-storage-daemon");
        for (String node :
                List.of(
                        "null-co,node-name=n,inspect=on",
                        "raw,node-name=n,file.driver=null-co,file.repair=on",
                        "raw,node-name=n,file.driver=null-co,zz=1")) {
            assertEquals(refusal("qemu-storage-daemon", node), refusal(ours, node));
        }
    }

    /** Returns the exit code, and the error behind the program's name. */
    private static String refusal(String daemon, String node) {
        Tools.Result result = Tools.tryRun(daemon, "--blockdev", node);
        return result.exit() + result.err().substring(result.err().indexOf(": "));
    }

    @Test
    void creation_isCheckedAlike() {
        same("blockdev-create", "{'job-id':'j','options':{'driver':'file','size':1048576}}");
        same("blockdev-create", "{'job-id':'j','options':{'driver':'file','filename':'x'}}");
        same(
                "blockdev-create",
                "{'job-id':'j','options':{'driver':'file','filename':'x','size':1,"
                        + "'preallocation':'x'}}");
    }

    @Test
    void creation_takesTheReferencesNamesAndLengths() {
        addFile("f", 0);
        for (String option :
                List.of(
                        "'version':'v4'",
                        "'compat':'1.1'",
                        "'cluster_size':65536",
                        "'cluster-size':'x'",
                        "'version':'v2','extended-l2':true")) {
            create("{'driver':'qcow2','file':'f','size':1048576," + option + "}");
        }
        for (String size : List.of("'1'", "1.5", "513", "9223372036854775807")) {
            create("{'driver':'qcow2','file':'f','size':" + size + "}");
        }
        for (int size : List.of(1, 511, 513, 1000)) {
            String name = "s" + size;
            addFile(name, size);
            List<Long> lengths =
                    sides.stream().map(side -> side.home.resolve(name).toFile().length()).toList();
            assertEquals(lengths.getFirst(), lengths.getLast(), name);
            same("query-named-block-nodes", "{'flat':true}");
        }
    }

    /** Creates a file of that name and length on each side, and adds it. */
    private void addFile(String name, int size) {
        create("{'driver':'file','filename':'HOME/%s','size':%d}".formatted(name, size));
        same(
                "blockdev-add",
                "{'driver':'file','node-name':'%1$s','filename':'HOME/%1$s'}".formatted(name));
    }

    /** Creates an image on each side; what is answered, and how the job ended, must be the same. */
    private void create(String image) {
        List<JsonNode> ends = new ArrayList<>();
        for (Side side : sides) {
            ends.add(side.create(image));
        }
        assertEquals(ends.getFirst(), ends.getLast(), image);
    }

    @Test
    void resize_findsNodesOnly() {
        addQcow2("disk", "");
        same("block_resize", "{'device':'disk','size':2097152}");
        same("block_resize", "{'device':'nobody','node-name':'disk','size':2097152}");
        same("block_resize", "{'node-name':'disk','size':9223372036854775807}");
        same("block_resize", "{'node-name':'disk','size':-1}");
        same("block_resize", "{'node-name':'disk','size':18446744073709551615}");
    }

    @Test
    void quorum_isListedWithItsChildren() {
        for (String name : List.of("a", "b", "c")) {
            image(name + ".img", "raw");
        }
        same("blockdev-add", "{'driver':'file','node-name':'a','filename':'HOME/a.img'}");
        same(
                "blockdev-add",
                "{'driver':'quorum','node-name':'q','vote-threshold':2,'children':['a',"
                        + "{'driver':'file','filename':'HOME/b.img','node-name':'b'},"
                        + "{'driver':'raw','node-name':'c',"
                        + "'file':{'driver':'file','node-name':'c-f','filename':'HOME/c.img'}}]}");
        same("query-named-block-nodes", "{}");
        same("x-debug-query-block-graph", "{}");
        same("x-blockdev-change", "{'parent':'q','child':'children.0'}");
        same("query-named-block-nodes", "{'flat':true}");
    }

    @Test
    void nodesOfAServer_areNamedByUris() {
        image("n.img", "raw");
        for (Side side : sides) {
            QmpClient monitor = side.monitor;
            monitor.execute(
                    "blockdev-add",
                    "driver",
                    "file",
                    "node-name",
                    "n",
                    "filename",
                    side.home.resolve("n.img").toString());
            monitor.execute("block-export-add", "type", "nbd", "id", "e", "node-name", "n");
        }
        // Each is the other's client: the reference cannot be its own.
        List<String> named = new ArrayList<>();
        for (int client = 0; client < 2; client++) {
            QmpClient monitor = sides.get(client).monitor;
            String socket = sides.get(1 - client).daemon.nbdSocket().toString();
            monitor.execute(
                    "blockdev-add",
                    "driver",
                    "nbd",
                    "node-name",
                    "c",
                    "read-only",
                    true,
                    "export",
                    "n",
                    "server",
                    QmpClient.object("type", "unix", "path", socket));
            JsonNode nodes = monitor.execute("query-named-block-nodes", "flat", true);
            named.add(((ArrayNode) nodes).get(0).get("file").asText().replace(socket, "SOCKET"));
        }
        assertEquals(List.of("nbd+unix:///n?socket=SOCKET", named.getFirst()), named.reversed());
    }

    @Test
    void addressesOfServers_areReadAlike() {
        for (String server :
                List.of(
                        "{'type':'fd','str':'x'}",
                        "{'type':'unix','path':'HOME/none','host':'x'}",
                        "{'type':'inet','host':'127.0.0.1','port':'1','ipv6':true}",
                        "{'type':'inet','host':'127.0.0.1','port':'1','ipv4':false,'ipv6':false}",
                        "{'type':'inet','host':'127.0.0.1','port':'1','to':5,'numeric':true}",
                        "{'type':'inet','host':'127.0.0.1','port':'1','keep-alive':true}",
                        "{'type':'inet','host':'127.0.0.1','port':'1','mptcp':false}",
                        "{'type':'inet','host':'127.0.0.1','port':'1','mptcp':1}",
                        "{'type':'unix','path':'HOME/none','abstract':false,'tight':true}",
                        "{'type':'inet','host':'::1','port':'1','ipv4':true}",
                        "{'type':'inet','host':'','port':'1'}",
                        "{'type':'inet','host':'127.0.0.1','port':'1','to':'5'}",
                        "{'type':'inet','host':'127.0.0.1','port':'1','to':18446744073709551615}",
                        "{'type':'inet','host':'127.0.0.1','port':'1','to':70000}")) {
            same("blockdev-add", "{'driver':'nbd','node-name':'d','server':" + server + "}");
        }
        same("nbd-server-stop", "{}");
        String listen = "{'addr':{'type':'inet','data':";
        for (String data :
                List.of(
                        "{'host':'127.0.0.1','port':'x'}",
                        "{'host':'127.0.0.1'}",
                        "{'host':'127.0.0.1','port':'0','ipv4':false,'ipv6':false}",
                        "{'host':'127.0.0.1','port':'0','ipv6':true}",
                        "{'host':'127.0.0.1','port':'0','to':65536}")) {
            same("nbd-server-start", listen + data + "}}");
        }
        for (String data :
                List.of(
                        "{'host':'127.0.0.1','port':'0','ipv4':true,'numeric':true}",
                        "{'host':'','port':'0','ipv6':true}",
                        "{'host':'','port':'0','ipv4':true,'ipv6':true}",
                        "{'host':'127.0.0.1','port':'0','keep-alive':true}")) {
            same("nbd-server-start", listen + data + "}}");
            same("nbd-server-stop", "{}");
        }
        for (String most : List.of("'1'", "-1", "1.5", "4294967296", "18446744073709551615")) {
            same(
                    "nbd-server-start",
                    "{'addr':{'type':'unix','data':{'path':'n'}},'max-connections':" + most + "}");
        }
        same("nbd-server-start", "{'addr':{'type':'inet'}}");
        same("nbd-server-start", "{'addr':{'type':'fd','data':{'str':'x'}}}");
        same(
                "nbd-server-start",
                "{'addr':{'type':'unix','data':{'path':'n'}},'tls-creds':'nobody'}");
    }
}
