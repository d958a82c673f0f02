package org.ashlar.exports.nbd.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.export.ExportSettings;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.MemoryDriver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server over the real block layer, with clients that nobody here wrote. */
final class CoreTest {
    private static final OptionTree NONE = OptionTree.empty();

    @TempDir Path folder;

    private final Plugin nbd = new NbdPlugin();
    private String uri = "";

    @BeforeEach
    void nameTheSocket() {
        uri = "nbd+unix:///disk?socket=" + folder.resolve("s");
    }

    @Test
    void export_ofARealNode_servesAndEnds() throws IOException {
        try (EmbeddedLayer embedded = start()) {
            BlockLayer layer = embedded.layer();
            String fio =
                    Tool.run(
                            "fio",
                            "--name=verify",
                            "--directory=" + folder,
                            "--ioengine=nbd",
                            "--uri=" + uri,
                            "--rw=randwrite",
                            "--bsrange=4k-64k",
                            "--iodepth=16",
                            "--size=64m",
                            "--verify=crc32c",
                            "--verify_fatal=1",
                            "--verify_state_save=0",
                            "--fsync=64",
                            "--randseed=7");
            assertTrue(fio.contains("err= 0"), fio);
            Tool.run("qemu-io", "-f", "raw", "-c", "write -z -u 0 64M", "-c", "flush", uri);
            assertEquals(
                    "0 67108864 3 hole,zero\n",
                    Tool.run("nbdinfo", "--map", uri)
                            .replaceAll("(?m)^ +", "")
                            .replaceAll(" +", " "));
            awaitNoClient(layer);
            layer.exports().delete("e", false);
            assertEquals(List.of(), layer.exports().list());
            run(layer, "nbd-server-stop", NONE);
            layer.delete("disk");
        }
    }

    /** A client's process may end before the server has seen its socket close. */
    private static void awaitNoClient(BlockLayer layer) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (layer.exports().list().getFirst().clients() > 0) {
            assertTrue(System.nanoTime() < deadline, "the last client is still there");
            Thread.onSpinWait();
        }
    }

    @Test
    void stop_endsExportsWithTheirClients() throws IOException {
        try (EmbeddedLayer embedded = start();
                WireClient client =
                        WireClient.connect(
                                java.net.UnixDomainSocketAddress.of(folder.resolve("s")))) {
            client.hello(3).go("disk");
            BlockLayer layer = embedded.layer();
            run(layer, "nbd-server-stop", NONE);
            assertTrue(client.hungUp());
            assertEquals(List.of(), layer.exports().list());
            layer.delete("disk");
        }
    }

    @Test
    void deprecatedCommands_addAndRemove() throws IOException {
        try (EmbeddedLayer embedded = start()) {
            BlockLayer layer = embedded.layer();
            Map<String, String> arguments = Map.of("device", "disk", "name", "old");
            run(layer, "nbd-server-add", OptionTree.dotted(arguments));
            assertEquals(
                    "67108864\n", Tool.run("nbdinfo", "--size", uri.replace("/disk?", "/old?")));
            run(layer, "nbd-server-remove", OptionTree.dotted(Map.of("name", "old")));
            assertThrows(
                    BlockException.class,
                    () ->
                            run(
                                    layer,
                                    "nbd-server-add",
                                    OptionTree.dotted(Map.of("device", "none"))));
        }
    }

    /** Starts a layer with a disk in memory, exported and served. */
    private EmbeddedLayer start() throws IOException {
        Plugin memory =
                new Plugin() {
                    @Override
                    public List<BlockDriver> drivers() {
                        return List.of(new MemoryDriver());
                    }
                };
        EmbeddedLayer embedded = EmbeddedLayer.start(LayerSettings.DEFAULT, List.of(nbd, memory));
        BlockLayer layer = embedded.layer();
        layer.add(
                OptionTree.dotted(Map.of("driver", "memory", "node-name", "disk", "size", "64M")));
        String socket = folder.resolve("s").toString();
        run(
                layer,
                "nbd-server-start",
                OptionTree.dotted(Map.of("addr.type", "unix", "addr.path", socket)));
        layer.exports()
                .add(
                        new ExportSettings("nbd", "e", "disk", true, false),
                        OptionTree.dotted(Map.of("name", "disk")));
        return embedded;
    }

    private static void run(BlockLayer layer, String command, OptionTree arguments)
            throws IOException {
        FakeLayer.run(
                layer,
                layer.drivers().commands().stream()
                        .filter(each -> each.name().equals(command))
                        .findFirst()
                        .orElseThrow(),
                arguments);
    }
}
