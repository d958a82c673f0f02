package org.ashlar.tools.text;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Options in the reference's older notation, as {@code --chardev} has them: {@code
 * key=value,flag,noflag}, where a key is any text. Stateless.
 *
 * <p>A flag without a value is {@code on}, one that begins with {@code no} is {@code off}; a
 * doubled comma stands for one in a value; a key given twice has its last value.
 */
public final class FlagOptions {

    private FlagOptions() {}

    /** Parses options all of which have keys, or are flags. */
    public static Map<String, String> parse(String text) {
        // A comma in front spares the first option from being given a key.
        Map<String, String> values = parse("=," + text, "", _ -> {});
        values.remove("");
        return values;
    }

    /**
     * Parses a text.
     *
     * @param impliedKey the key that the first option may leave out
     * @param warnings told, in the reference's words, of each flag without a value
     */
    public static Map<String, String> parse(
            String text, String impliedKey, Consumer<String> warnings) {
        Map<String, String> values = new LinkedHashMap<>();
        Optional<String> implied = Optional.of(impliedKey);
        int at = 0;
        while (at < text.length()) {
            int equals = text.indexOf('=', at);
            int comma = text.indexOf(',', at);
            StringBuilder value = new StringBuilder();
            if (equals >= 0 && (comma < 0 || equals < comma)) {
                String key = text.substring(at, equals);
                at = readValue(text, equals + 1, value);
                values.put(key, value.toString());
            } else {
                at = readValue(text, at, value);
                putWord(values, implied, value.toString(), warnings);
            }
            implied = Optional.empty();
        }
        return values;
    }

    private static void putWord(
            Map<String, String> values,
            Optional<String> implied,
            String word,
            Consumer<String> warnings) {
        boolean help = word.equals("help") || word.equals("?");
        if (implied.isPresent()) {
            values.put(implied.get(), word);
            return;
        }
        boolean off = word.startsWith("no");
        String key = off ? word.substring(2) : word;
        String value = off ? "off" : "on";
        if (!help) {
            warnings.accept("short-form boolean option '" + word + "' deprecated");
            warnings.accept("Please use " + key + "=" + value + " instead");
        }
        values.put(key, value);
    }

    /** Reads up to a single comma and returns what lies behind it. */
    private static int readValue(String text, int from, StringBuilder into) {
        int at = from;
        while (at < text.length()) {
            char unit = text.charAt(at++);
            if (unit == ',') {
                if (at == text.length() || text.charAt(at) != ',') {
                    return at;
                }
                at++;
            }
            into.append(unit);
        }
        return at;
    }
}
