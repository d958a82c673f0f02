package org.ashlar.drivers.nbd.internal;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.option.OptionTree;

/**
 * Reads file names that stand for exports: URIs ({@code nbd://host:port/export}, {@code
 * nbd+unix:///export?socket=path}; NBD project, {@code doc/uri.md}) and the older form {@code
 * nbd:host:port:exportname=export} or {@code nbd:unix:path:exportname=export}; and writes the URIs.
 * Stateless.
 */
final class FileNames {
    private static final String OLD = "nbd:";
    private static final String UNIX = "unix:";
    private static final String EXPORT_NAME = ":exportname=";
    private static final String SOCKET = "socket=";
    private static final String RESERVED = "\"#%&<>?[\\]^`{|}";
    private static final String NO_URI = "No valid URL specified";

    private FileNames() {}

    /** Returns the options that the name stands for. */
    static OptionTree parse(String fileName) throws BlockException {
        Map<String, String> options = new LinkedHashMap<>();
        if (fileName.contains("://")) {
            parseUri(fileName, options);
        } else if (fileName.startsWith(OLD)) {
            parseOld(fileName.substring(OLD.length()), options);
        } else {
            throw BlockException.invalid("File name string for 'nbd' must start with 'nbd:'");
        }
        return OptionTree.dotted(options);
    }

    /** Returns the name of an export. */
    static String of(Target target, String export) {
        String path = export.isEmpty() ? "" : "/" + escaped(export);
        return switch (target) {
            case Target.Unix unix -> "nbd+unix://" + path + "?socket=" + escaped(unix.path());
            case Target.Inet inet -> "nbd://" + bracketed(inet.host()) + ":" + inet.port() + path;
        };
    }

    private static String bracketed(String host) {
        return host.indexOf(':') < 0 ? host : "[" + host + "]";
    }

    /** Escapes what would end or change the part of a URI that a text stands in. */
    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (byte one : text.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = one > ' ' && one < 0x7F && RESERVED.indexOf(one) < 0;
            escaped.append(plain ? (char) one + "" : "%%%02X".formatted(one));
        }
        return escaped.toString();
    }

    private static void parseUri(String text, Map<String, String> options) throws BlockException {
        URI uri = uri(text);
        String scheme = String.valueOf(uri.getScheme());
        if (scheme.equals("nbd+unix")) {
            parseUnixUri(uri, options);
        } else if (scheme.equals("nbd") || scheme.equals("nbd+tcp")) {
            parseInetUri(uri, options);
        } else {
            throw BlockException.invalid("Unknown protocol '" + scheme + "'");
        }
        String path = uri.getPath() == null ? "" : uri.getPath();
        String export = path.startsWith("/") ? path.substring(1) : path;
        if (!export.isEmpty()) {
            options.put("export", export);
        }
    }

    private static URI uri(String text) throws BlockException {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new BlockException(BlockException.Kind.INVALID, NO_URI + ": " + text, e);
        }
    }

    private static void parseUnixUri(URI uri, Map<String, String> options) throws BlockException {
        String query = uri.getRawQuery();
        boolean hasServer = uri.getRawAuthority() != null;
        if (hasServer || query == null || !query.startsWith(SOCKET) || query.contains("&")) {
            throw BlockException.invalid(NO_URI + ": " + uri);
        }
        options.put("server.type", "unix");
        options.put(
                "server.path",
                URLDecoder.decode(
                        query.substring(SOCKET.length()).replace("+", "%2B"),
                        StandardCharsets.UTF_8));
    }

    private static void parseInetUri(URI uri, Map<String, String> options) throws BlockException {
        if (uri.getHost() == null || uri.getRawQuery() != null || uri.getRawUserInfo() != null) {
            throw BlockException.invalid(NO_URI + ": " + uri);
        }
        int port = uri.getPort();
        options.put("server.type", "inet");
        options.put("server.host", withoutBrackets(uri.getHost()));
        options.put("server.port", port < 0 ? Target.DEFAULT_PORT : Integer.toString(port));
    }

    private static String withoutBrackets(String host) {
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        return bracketed ? host.substring(1, host.length() - 1) : host;
    }

    private static void parseOld(String text, Map<String, String> options) throws BlockException {
        int at = text.indexOf(EXPORT_NAME);
        String server = at < 0 ? text : text.substring(0, at);
        String export = at < 0 ? "" : text.substring(at + EXPORT_NAME.length());
        if (server.isEmpty() || (at >= 0 && export.isEmpty())) {
            throw BlockException.invalid("NBD server address missing");
        }
        if (server.startsWith(UNIX)) {
            options.put("server.type", "unix");
            options.put("server.path", server.substring(UNIX.length()));
        } else {
            int colon = server.lastIndexOf(':');
            if (colon <= 0 || colon == server.length() - 1) {
                throw BlockException.invalid("error parsing address '" + server + "'");
            }
            options.put("server.type", "inet");
            options.put("server.host", withoutBrackets(server.substring(0, colon)));
            options.put("server.port", server.substring(colon + 1));
        }
        if (!export.isEmpty()) {
            options.put("export", export);
        }
    }
}
