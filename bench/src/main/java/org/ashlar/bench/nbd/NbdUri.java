package org.ashlar.bench.nbd;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;

/**
 * Where an export is: {@code nbd://host:port/name} or {@code nbd+unix:///name?socket=path}
 * (NetworkBlockDevice doc/uri.md). Immutable.
 *
 * @param text as it was given
 * @param address the server's
 * @param export the export's name
 */
public record NbdUri(String text, SocketAddress address, String export) {
    private static final int DEFAULT_PORT = 10809;

    /** Reads a URI. */
    public static NbdUri parse(String text) {
        URI uri = URI.create(text);
        String path = uri.getPath();
        String export = path.startsWith("/") ? path.substring(1) : path;
        String query = uri.getQuery() == null ? "" : uri.getQuery();
        return switch (uri.getScheme()) {
            case "nbd" -> {
                int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
                yield new NbdUri(text, new InetSocketAddress(uri.getHost(), port), export);
            }
            case "nbd+unix" -> {
                if (!query.startsWith("socket=")) {
                    throw new IllegalArgumentException("no socket in " + text);
                }
                String socket = query.substring("socket=".length());
                yield new NbdUri(text, UnixDomainSocketAddress.of(socket), export);
            }
            default -> throw new IllegalArgumentException("not an NBD URI: " + text);
        };
    }

    @Override
    public String toString() {
        return text;
    }
}
