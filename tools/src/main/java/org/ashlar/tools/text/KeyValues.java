package org.ashlar.tools.text;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.Json;
import org.ashlar.spi.option.OptionTree;

/**
 * Options given on a command line as {@code key=value,key.member=value,list.0=value}, or as a JSON
 * object. Immutable.
 *
 * <p>A doubled comma stands for one in a value; a key given twice has its last value; dotted keys
 * make objects, or lists where all members are numbers. Errors are worded as the reference's.
 *
 * @param options what was given; of a key=value list its scalars are text
 * @param help whether {@code help} or {@code ?} was among them
 */
public record KeyValues(OptionTree options, boolean help) {

    private static final int MAX_FRAGMENT = 127;

    /** A number, or a name that may begin with a vendor's reversed domain between underscores. */
    private static final Pattern FRAGMENT =
            Pattern.compile("[0-9]+|(?:__[A-Za-z0-9.-]+_)?[A-Za-z][A-Za-z0-9_-]*");

    /** Parses options all of which have keys. */
    public static KeyValues parse(String text) throws BlockException {
        return new Parser(text, Optional.empty()).parse();
    }

    /** Parses options the first of which may leave out its key, {@code impliedKey}. */
    public static KeyValues parse(String text, String impliedKey) throws BlockException {
        return new Parser(text, Optional.of(impliedKey)).parse();
    }

    /** Parses options likewise, or a JSON object if the text begins with a brace. */
    public static KeyValues parseOrJson(String text, String impliedKey) throws BlockException {
        return text.startsWith("{") ? parseJson(text) : parse(text, impliedKey);
    }

    /** Parses options all of which have keys, or a JSON object if the text begins with a brace. */
    public static KeyValues parseOrJson(String text) throws BlockException {
        return text.startsWith("{") ? parseJson(text) : parse(text);
    }

    @SuppressWarnings("unchecked")
    private static KeyValues parseJson(String text) throws BlockException {
        Map<String, Object> members = (Map<String, Object>) Json.parse(text);
        return new KeyValues(OptionTree.typed(members), false);
    }

    /** Reads one text from left to right; confined to one call. */
    private static final class Parser {

        private final String text;
        private final Optional<String> impliedKey;
        private final Map<String, String> values = new LinkedHashMap<>();
        private boolean help;
        private int at;

        Parser(String text, Optional<String> impliedKey) {
            this.text = text;
            this.impliedKey = impliedKey;
        }

        KeyValues parse() throws BlockException {
            while (at < text.length()) {
                parameter(at == 0);
            }
            KeyTree.check(values.keySet());
            return new KeyValues(OptionTree.dotted(values), help);
        }

        private void parameter(boolean first) throws BlockException {
            int end = keyEnd();
            String word = text.substring(at, end);
            boolean valueFollows = end < text.length() && text.charAt(end) == '=';
            if (valueFollows) {
                String key = key(word);
                at = end + 1;
                put(key, value());
            } else if (word.equals("help") || word.equals("?")) {
                help = true;
                at = end + 1;
            } else if (first && !word.isEmpty() && impliedKey.isPresent()) {
                put(impliedKey.get(), value());
            } else {
                key(word);
                throw BlockException.invalid("Expected '=' after parameter '" + word + "'");
            }
        }

        private void put(String key, String value) {
            values.remove(key);
            values.put(key, value);
        }

        private int keyEnd() {
            int end = at;
            while (end < text.length() && text.charAt(end) != '=' && text.charAt(end) != ',') {
                end++;
            }
            return end;
        }

        /** Checks a key and returns it with its numbers in their shortest form. */
        private static String key(String word) throws BlockException {
            StringBuilder key = new StringBuilder();
            Matcher fragment = FRAGMENT.matcher(word);
            int next = 0;
            while (fragment.region(next, word.length()).lookingAt()) {
                String name = fragment.group();
                boolean number = Character.isDigit(name.charAt(0));
                if (number && next == 0) {
                    break;
                }
                if (name.length() > MAX_FRAGMENT) {
                    String what = name.equals(word) ? "Parameter" : "Parameter fragment";
                    throw BlockException.invalid(what + " '" + name + "' is too long");
                }
                key.append(number ? name.replaceFirst("^0+(?=.)", "") : name);
                next = fragment.end();
                if (next == word.length()) {
                    return key.toString();
                }
                if (word.charAt(next) != '.') {
                    break;
                }
                key.append('.');
                next++;
            }
            throw BlockException.invalid("Invalid parameter '" + word + "'");
        }

        /** Reads up to a single comma and steps over it. */
        private String value() {
            StringBuilder value = new StringBuilder();
            while (at < text.length()) {
                char unit = text.charAt(at++);
                if (unit == ',') {
                    if (at == text.length() || text.charAt(at) != ',') {
                        break;
                    }
                    at++;
                }
                value.append(unit);
            }
            return value.toString();
        }
    }
}
