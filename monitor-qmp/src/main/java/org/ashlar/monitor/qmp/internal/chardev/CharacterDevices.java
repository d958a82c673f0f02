package org.ashlar.monitor.qmp.internal.chardev;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.MonitorRequest;
import org.ashlar.spi.option.Option;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/** Opens character devices by their description. Stateless. */
public final class CharacterDevices {

    private static final Option<String> ID = Option.text("id");

    private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z][A-Za-z0-9._-]*");

    /** What may be said of a device, whatever its backend. */
    private static final List<Option<?>> KNOWN =
            Stream.concat(
                            SocketOptions.ALL.stream(),
                            Stream.of(ID, Option.text("backend"), Option.bool("signal")))
                    .toList();

    private CharacterDevices() {}

    /** Checks a description, in the reference's words. */
    public static void check(OptionTree device) throws BlockException {
        for (String name : device.values().keySet()) {
            if (KNOWN.stream().noneMatch(option -> option.name().equals(name))) {
                throw BlockException.invalid("Invalid parameter '" + name + "'");
            }
        }
        Optional<String> id = OptionValues.check(KNOWN, device).find(ID);
        if (id.isEmpty()) {
            throw BlockException.invalid("chardev: no id specified");
        }
        if (!IDENTIFIER.matcher(id.get()).matches()) {
            throw BlockException.invalid(
                    "Parameter 'id' expects an identifier\n"
                            + "Identifiers consist of letters, digits, '-', '.', '_', starting with"
                            + " a letter.");
        }
        switch (backend(device)) {
            case "socket" -> SocketOptions.of(device);
            case "stdio", "null" -> {}
            default -> throw unknown(device);
        }
    }

    private static String backend(OptionTree device) {
        return device.text("backend").orElse("");
    }

    private static BlockException unknown(OptionTree device) {
        return BlockException.invalid("'" + backend(device) + "' is not a valid char driver name");
    }

    /** Opens a device; does not wait for its first client. */
    public static CharacterDevice open(MonitorRequest request) throws IOException {
        return switch (backend(request.chardev())) {
            case "socket" -> socket(SocketOptions.of(request.chardev()));
            case "stdio" ->
                    new OneConnection("stdio", request.standardInput(), request.standardOutput());
            case "null" ->
                    new OneConnection(
                            "null", InputStream.nullInputStream(), OutputStream.nullOutputStream());
            default -> throw unknown(request.chardev());
        };
    }

    /** Returns whether opening the device is to wait for its first client. */
    public static boolean waits(OptionTree device) throws BlockException {
        return backend(device).equals("socket") && SocketOptions.of(device).waits();
    }

    private static CharacterDevice socket(SocketOptions options) throws IOException {
        return options.server() ? Listener.open(options) : Dialer.open(options);
    }
}
