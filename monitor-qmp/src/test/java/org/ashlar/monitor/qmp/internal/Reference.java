package org.ashlar.monitor.qmp.internal;

import java.io.IOException;

/** The reference's daemon with a monitor on its standard input and output. */
final class Reference implements AutoCloseable {

    final Client client;
    private final Process process;

    /** Starts it with {@code options} of its monitor, such as {@code pretty=on}. */
    Reference(String options) throws IOException {
        process =
                new ProcessBuilder(
                                "qemu-storage-daemon",
                                "--chardev",
                                "stdio,id=m",
                                "--monitor",
                                "m," + options)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        client = new Client(process.getInputStream(), process.getOutputStream());
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
