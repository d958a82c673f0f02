package org.ashlar.tools.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ashlar.tools.ToolFailure;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class ServeCommandTest {

    private final FakeHost host = new FakeHost();
    private final Screen screen = new Screen();

    private int run(String... args) {
        Lifetime lifetime = new Lifetime();
        host.onMonitor = lifetime::requestEnd;
        return new ServeCommand(() -> host, lifetime).run(List.of(args), screen.terminal);
    }

    @Test
    void image_isServedReadOnlyOnBothSockets() {
        assertEquals(0, run("-f", "qcow2", "disk.qcow2"));

        assertEquals("", screen.err());
        Path monitor = Path.of(host.monitors.getFirst().chardev().text("path").orElseThrow());
        Path folder = monitor.getParent();
        Path socket = folder.resolve("nbd.sock");
        assertEquals(
                List.of(
                        "add {driver=qcow2, filename=disk.qcow2, node-name=disk, read-only=true,"
                                + " discard=unmap}",
                        "nbd-server-start {addr={type=unix, path="
                                + socket
                                + "}, loopback-port=0, await-export=true}",
                        "block-export-add {type=nbd, id=disk, node-name=disk, name=disk,"
                                + " writable=false}",
                        "monitor qmp false",
                        "monitor closed",
                        "nbd-server-stop {}",
                        "host closed"),
                host.calls.stream().map(call -> sameOrder(call, socket)).toList());
        String text = screen.out();
        assertTrue(text.contains("nbd+unix:///disk?socket=" + socket), text);
        assertTrue(text.contains("nbd://127.0.0.1:12345/disk"), text);
        assertTrue(text.contains(monitor.toString()), text);
        assertTrue(text.contains("/the/deploy/folder"), text);
        assertTrue(text.contains("(qcow2, read-only)"), text);
        assertFalse(Files.exists(folder));
    }

    /** The members of an address come in any order. */
    private static String sameOrder(String call, Path socket) {
        return call.replace("{path=" + socket + ", type=unix}", "{type=unix, path=" + socket + "}");
    }

    @Test
    void image_withoutFormat_isServedWithAWarning() {
        assertEquals(0, run("--writable", "--port", "10809", "--socket", "/s", "disk.qcow2"));

        assertTrue(
                screen.err().startsWith("qemu-storage-daemon: warning: the format of 'disk.qcow2'"),
                screen.err());
        assertTrue(screen.err().contains("-f qcow2"), screen.err());
        assertEquals(
                "add {filename=disk.qcow2, node-name=disk, read-only=false, discard=unmap}",
                host.calls.getFirst());
        assertTrue(host.calls.get(1).contains("path=/s"), host.calls.get(1));
        assertTrue(host.calls.get(1).contains("loopback-port=10809"), host.calls.get(1));
        assertTrue(host.calls.get(2).contains("writable=true"), host.calls.get(2));
    }

    @Test
    void socket_withLettersThatEndAUri_isPrintedAsAUriThatLeadsThere() {
        assertEquals(0, run("-f", "raw", "--socket", "/a b/c'?&%+.sock", "disk.raw"));

        assertTrue(
                screen.out().contains("'nbd+unix:///disk?socket=/a%20b/c%27%3F%26%25%2B.sock'"),
                screen.out());
    }

    @Test
    void server_thatDoesNotStart_endsAll() {
        host.failing.add("nbd-server-start");

        assertEquals(1, run("-f", "raw", "disk.raw"));
        assertEquals("qemu-storage-daemon: nbd-server-start does not work\n", screen.err());
        assertEquals("host closed", host.calls.getLast());
    }

    @Test
    void format_withoutAnImage_isRefusedInOneLineBeforeAnythingStarts() {
        assertEquals(1, run("-f", "raw"));

        assertEquals(
                "qemu-storage-daemon: the format 'raw' was given without an image that has it\n",
                screen.err());
        assertEquals(List.of(), host.calls);
    }

    @Test
    void options_thatAreWrong_areRefused() {
        for (List<String> args :
                List.of(
                        List.of("--port", "x"),
                        List.of("--port", "65536"),
                        List.of("--bogus"),
                        List.of("-f", "raw"),
                        List.of("a", "b"))) {
            Assertions.assertThrows(
                    ToolFailure.class, () -> ServeOptions.parse(args), args::toString);
        }
    }
}
