package org.ashlar.monitor.qmp.internal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.ashlar.spi.control.Json;

/** Talks to a monitor over a pair of streams; what it waits for ends with the test's time limit. */
final class Client {

    private final OutputStream out;
    private final BufferedReader in;

    Client(InputStream in, OutputStream out) {
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = out;
    }

    /** Sends bytes, one per char, as they are. */
    Client send(String bytes) {
        try {
            out.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the next line, or nothing at the end. */
    String line() {
        try {
            String line = in.readLine();
            return line == null ? "" : line;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the greeting and negotiates. */
    Client negotiate() {
        line();
        send("{\"execute\":\"qmp_capabilities\"}");
        line();
        return this;
    }

    /** Returns the next message as JSON. */
    @SuppressWarnings("unchecked")
    Map<String, Object> message() {
        try {
            return (Map<String, Object>) Json.parse(line());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
