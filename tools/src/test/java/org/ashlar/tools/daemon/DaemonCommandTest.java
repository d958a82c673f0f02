package org.ashlar.tools.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DaemonCommandTest {

    private static final String MONITOR_CHARDEV = "stdio,id=m";

    @TempDir private Path folder;

    private final FakeHost host = new FakeHost();
    private final Screen screen = new Screen();

    private int run(String... args) {
        Lifetime lifetime = new Lifetime();
        host.onMonitor = lifetime::requestEnd;
        return new DaemonCommand(() -> host, lifetime, new Daemonizer(false, List.of()))
                .run(List.of(args), screen.terminal);
    }

    @Test
    void options_areCarriedOutInOrder_andUndoneAtTheEnd() {
        int code =
                run(
                        "--blockdev",
                        "{\"driver\":\"file\",\"node-name\":\"f\",\"filename\":\"x\"}",
                        "--nbd-server=addr.type=unix,addr.path=/n.sock",
                        "--export",
                        "nbd,id=e,node-name=f,writable=on",
                        "--blockdev",
                        "raw,node-name=r,file=f",
                        "--chardev",
                        MONITOR_CHARDEV,
                        "--mon",
                        "m,pretty=on");

        assertEquals("", screen.err());
        assertEquals(0, code);
        assertEquals(
                List.of(
                        "blockdev-add {driver=file, node-name=f, filename=x}",
                        "nbd-server-start {addr={type=unix, path=/n.sock}}",
                        "block-export-add {type=nbd, id=e, node-name=f, writable=on}",
                        "blockdev-add {driver=raw, node-name=r, file=f}",
                        "monitor m true",
                        "monitor closed",
                        "nbd-server-stop {}",
                        "host closed"),
                host.calls);
    }

    @Test
    void monitor_givenFirst_startsLast_soThatItsGreetingSaysAllIsThere() {
        int code =
                run(
                        "--chardev",
                        MONITOR_CHARDEV,
                        "--monitor",
                        "m",
                        "--blockdev",
                        "null-co,node-name=n");

        assertEquals(0, code);
        assertEquals(
                List.of("blockdev-add {driver=null-co, node-name=n}", "monitor m false"),
                host.calls.subList(0, 2));
    }

    @Test
    void option_thatFails_endsAllAndSaysWhere() {
        host.failing.add("block-export-add");

        int code = run("--blockdev", "null-co,node-name=n", "--export", "nbd,id=e,node-name=n");

        assertEquals(1, code);
        assertEquals(
                "qemu-storage-daemon: --export nbd,id=e,node-name=n: block-export-add does not"
                        + " work\n",
                screen.err());
        assertEquals("host closed", host.calls.getLast());
    }

    @Test
    void pidFile_isThereWhileTheDaemonRuns() throws Exception {
        Path file = folder.resolve("pid");
        Lifetime lifetime = new Lifetime();
        Daemonizer daemonizer = new Daemonizer(false, List.of());
        Thread daemon =
                Thread.ofVirtual()
                        .start(() ->
                                new DaemonCommand(() -> host, lifetime, daemonizer)
                                        .run(
                                                List.of("--pidfile", file.toString()),
                                                screen.terminal));
        String own = ProcessHandle.current().pid() + "\n";
        while (daemon.isAlive() && !(Files.exists(file) && Files.readString(file).equals(own))) {
            Thread.onSpinWait();
        }
        assertEquals(own, Files.readString(file));

        Screen other = new Screen();
        int code =
                new DaemonCommand(FakeHost::new, new Lifetime(), daemonizer)
                        .run(List.of("--pidfile", file.toString()), other.terminal);
        assertEquals(1, code);
        assertEquals(
                "qemu-storage-daemon: cannot create PID file: Cannot lock pid file: Resource"
                        + " temporarily unavailable\n",
                other.err());

        lifetime.requestEnd();
        daemon.join();
        assertFalse(Files.exists(file));
    }

    @Test
    void help_andVersion_startNothing() {
        assertEquals(0, run("-h"));
        assertTrue(screen.out().startsWith("Usage: qemu-storage-daemon "), screen.out());
        assertEquals(0, run("--vers"));
        assertTrue(screen.out().contains("qemu-storage-daemon version "), screen.out());
        assertEquals(List.of(), host.calls);
    }

    @Test
    void warnings_ofOldNotation_areTheReferences() throws Exception {
        String device = "socket,id=a,path=" + folder.resolve("x.sock") + ",server,nowait";

        run("--chardev", device, "--chardev", MONITOR_CHARDEV, "--monitor", "m");
        Process reference =
                new ProcessBuilder("qemu-storage-daemon", "--chardev", device, "--monitor", "none")
                        .redirectErrorStream(true)
                        .start();
        assertTrue(reference.waitFor(30, TimeUnit.SECONDS));
        String said = new String(reference.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(
                said.substring(0, said.indexOf("qemu-storage-daemon: --monitor")), screen.err());
    }

    /** What the reference says of a command line that it refuses is what we say. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--bogus",
                "-x",
                "word",
                "--pidfile",
                "--blockdev",
                "--daemonize=x",
                "--p",
                "--blockdev null-co,foo",
                "--blockdev=null-co,foo",
                "--blockdev help",
                "--export help",
                "--nbd-server foo",
                "--monitor foo",
                "--monitor chardev=foo,mode=x",
                "--monitor foo,pretty",
                "--monitor foo,pretty=on,x=y",
                "--chardev foo",
                "--chardev stdio",
                "--chardev stdio,id=a,bogus=1",
                "--chardev bogus,id=a",
                "--chardev socket,id=a,path=/x,host=a",
                "--chardev socket,id=a,host=localhost",
                "--chardev socket,id=a,path=x,wait=off",
                "--chardev socket,id=a,path=x,server=on,reconnect=1",
                "--chardev socket,id=a,port=1,server=maybe",
                "--chardev null,id=a --chardev null,id=a",
                "--chardev null,id=1a",
                "--chardev stdio,id=a --chardev stdio,id=b",
                "--chardev null,id=a --monitor a --monitor a",
                "--chardev null,id=a --monitor a,mode=readline",
                "--pidfile /no/such/folder/pid",
            })
    void commandLine_thatIsRefused_isSoInTheReferencesWords(String line) {
        String[] args = line.split(" ");
        Lifetime lifetime = new Lifetime();

        int code =
                new DaemonCommand(() -> host, lifetime, new Daemonizer(false, List.of()))
                        .run(List.of(args), screen.terminal);

        assertEquals(1, code);
        assertEquals(referenceSays(args), screen.err());
    }

    private static String referenceSays(String[] args) {
        try {
            List<String> command = new java.util.ArrayList<>(List.of("qemu-storage-daemon"));
            command.addAll(List.of(args));
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            try {
                return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
