package org.ashlar.dist;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What the daemon's settings file says, checked; what is not in it has its default. Immutable. */
final class Settings {
    private static final String LOG_LEVEL = "log-level";
    private static final String DEPLOY = "deploy";

    private static final Form SECONDS =
            new Form("a number of seconds, up to 999999", "\\d{1,6}(\\.\\d{1,3})?");

    private static final Map<String, Form> FORMS =
            Map.of(
                    LOG_LEVEL,
                    new Form("error, warn, info, debug or trace", "error|warn|info|debug|trace"),
                    DEPLOY,
                    new Form("a path", ".+"),
                    "orphan-limit",
                    SECONDS,
                    "change-limit",
                    SECONDS,
                    "implicit-opens",
                    new Form("true or false", "true|false"));

    private final Map<String, String> values;

    private Settings(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** How the value of a setting looks, in words and as a pattern. Immutable. */
    private record Form(String words, Pattern pattern) {
        Form(String words, String pattern) {
            this(words, Pattern.compile(pattern));
        }
    }

    /**
     * Reads the file; without it, every setting has its default.
     *
     * @throws IOException if it cannot be read, or says what is no setting or no value of one
     */
    static Settings read(Path file) throws IOException {
        Properties found = new Properties();
        if (Files.exists(file)) {
            try (Reader reader = Files.newBufferedReader(file)) {
                found.load(reader);
            } catch (IllegalArgumentException e) { // a malformed escape
                throw new IOException(file + ": " + e.getMessage(), e);
            }
        }
        Map<String, String> values = new TreeMap<>();
        for (String key : found.stringPropertyNames()) {
            values.put(key, checked(file, key, found.getProperty(key).strip()));
        }
        return new Settings(values);
    }

    private static String checked(Path file, String key, String value) throws IOException {
        Form form = FORMS.get(key);
        if (form == null) {
            throw new IOException("%s: there is no setting '%s'".formatted(file, key));
        }
        if (!form.pattern.matcher(value).matches()) {
            throw new IOException(
                    "%s: '%s' must be %s, not '%s'".formatted(file, key, form.words, value));
        }
        return value;
    }

    /** Returns how much is logged. */
    String logLevel() {
        return values.getOrDefault(LOG_LEVEL, "info");
    }

    /** Returns the watched folder; a relative path begins at the product's. */
    String deploy() {
        return values.getOrDefault(DEPLOY, "deploy");
    }

    /** Returns what the file says, by key. */
    Map<String, String> values() {
        return values;
    }
}
