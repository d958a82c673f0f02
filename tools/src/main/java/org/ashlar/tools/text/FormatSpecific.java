package org.ashlar.tools.text;

import java.util.List;
import java.util.Map;

/** Prints what a format tells of an image, indented, for people. Stateless. */
public final class FormatSpecific {

    private FormatSpecific() {}

    /** Appends the members at a depth of indentation. */
    public static void append(StringBuilder text, Map<?, ?> members, int depth) {
        for (Map.Entry<?, ?> member : members.entrySet()) {
            append(
                    text,
                    String.valueOf(member.getKey()).replace('-', ' '),
                    member.getValue(),
                    depth);
        }
    }

    private static void append(StringBuilder text, String name, Object value, int depth) {
        text.repeat("    ", depth).append(name).append(':');
        if (value instanceof Map<?, ?> map) {
            text.append('\n');
            append(text, map, depth + 1);
        } else if (value instanceof List<?> list) {
            text.append('\n');
            for (int i = 0; i < list.size(); i++) {
                append(text, "[" + i + "]", list.get(i), depth + 1);
            }
        } else {
            text.append(' ').append(value).append('\n');
        }
    }
}
