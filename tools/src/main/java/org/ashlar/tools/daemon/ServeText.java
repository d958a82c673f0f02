package org.ashlar.tools.daemon;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.ashlar.tools.Terminal;

/** What {@code serve} prints. Stateless. */
final class ServeText {

    /**
     * What is being served, and where.
     *
     * @param what the image as the user named it
     * @param format its format
     * @param writable whether clients may write
     * @param socket the unix socket
     * @param port the port on the loopback address
     * @param monitor the monitor's socket
     * @param deploy the folder into which bundles are dropped
     */
    record Served(
            String what,
            String format,
            boolean writable,
            Path socket,
            int port,
            Path monitor,
            Optional<Path> deploy) {

        String unixUri() {
            String escaped = URLEncoder.encode(socket.toString(), StandardCharsets.UTF_8);
            return "nbd+unix:///%s?socket=%s"
                    .formatted(ServeCommand.DISK, escaped.replace("+", "%20").replace("%2F", "/"));
        }

        String tcpUri() {
            return "nbd://127.0.0.1:" + port + "/" + ServeCommand.DISK;
        }
    }

    private ServeText() {}

    static void printHelp(Terminal terminal) {
        terminal.out()
                .print(
                        """
                        Usage: %s [OPTIONS] [IMAGE]
                        Serves an image over NBD on a unix socket and on loopback TCP, with a QMP monitor, until
                        it is told to quit or Ctrl-C. Without IMAGE it makes and serves a sample.

                          -f, --format FORMAT  the image's format; without it, it is found out
                              --writable       let clients write; a sample is always writable
                              --port PORT      the TCP port; without it, a free one is chosen
                              --socket PATH    the unix socket; without it, one in a folder of its own
                          -h, --help           show this

                        Example:
                          %1$s -f qcow2 --writable disk.qcow2
                        """
                                .formatted(terminal.program()));
    }

    static void print(Terminal terminal, Served served) {
        String access = served.writable() ? "writable" : "read-only";
        String readOnly = served.writable() ? "" : " --read-only";
        terminal.line("Serving " + served.what() + " (" + served.format() + ", " + access + ")");
        terminal.line("");
        terminal.line("  NBD      " + served.unixUri());
        terminal.line("           " + served.tcpUri());
        terminal.line("  QMP      " + served.monitor());
        served.deploy().ifPresent(folder -> terminal.line("  Drivers  " + folder));
        terminal.out()
                .print(
                        """

                        Look at it:   nbdinfo '%1$s'
                        Copy it:      nbdcopy -p '%1$s' copy.raw
                                      qemu-img convert -p -O qcow2 '%1$s' copy.qcow2
                        Mount it:     sudo qemu-nbd -f raw -c /dev/nbd0%2$s '%1$s' && sudo mount /dev/nbd0p1 /mnt
                                      guestmount -a '%3$s' -i --ro /mnt
                        Control it:   socat READLINE UNIX-CONNECT:%4$s
                                      (or 'nc -U', or any program that speaks to a unix socket)
                                      {"execute": "qmp_capabilities"} {"execute": "query-block-exports"}
                        """
                                .formatted(
                                        served.unixUri(),
                                        readOnly,
                                        served.tcpUri(),
                                        served.monitor()));
        served.deploy()
                .ifPresent(folder ->
                        terminal.line("Extend it:    drop a driver's jar into " + folder));
        terminal.line("End it:       Ctrl-C");
    }
}
