package org.ashlar.spi.control;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.ashlar.spi.BlockException;

/**
 * Reads JSON's string tokens: escapes, surrogate pairs, UTF-8. Stateless.
 *
 * <p>As in the reference, code points that Unicode reserves as noncharacters are refused, and
 * U+0000 may also come in its two-byte form.
 */
final class JsonStrings {

    private static final String ESCAPES = "\"'\\/bfnrt";
    private static final String ESCAPED = "\"'\\/\b\f\n\r\t";

    private JsonStrings() {}

    /**
     * Returns the text of a token.
     *
     * @param token its bytes, one per char, with the quotes
     */
    static String read(String token) throws BlockException {
        StringBuilder text = new StringBuilder(token.length());
        int end = token.length() - 1;
        int at = 1;
        while (at < end) {
            int escape = token.indexOf('\\', at);
            int plain = escape < 0 ? end : escape;
            text.append(decode(token.substring(at, plain)));
            at = escape < 0 ? end : escape(token, escape, text);
        }
        return text.toString();
    }

    /** Returns bytes as text for a message, up to the first NUL, what is no UTF-8 as U+FFFD. */
    static String shown(String bytes) {
        int nul = bytes.indexOf('\0');
        byte[] raw =
                (nul < 0 ? bytes : bytes.substring(0, nul)).getBytes(StandardCharsets.ISO_8859_1);
        return new String(raw, StandardCharsets.UTF_8);
    }

    private static String decode(String bytes) throws BlockException {
        byte[] raw = bytes.replace("\u00C0\u0080", "\0").getBytes(StandardCharsets.ISO_8859_1);
        try {
            CharBuffer text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .onMalformedInput(CodingErrorAction.REPORT)
                            .onUnmappableCharacter(CodingErrorAction.REPORT)
                            .decode(ByteBuffer.wrap(raw));
            if (text.codePoints().anyMatch(JsonStrings::isNoncharacter)) {
                throw error("invalid UTF-8 sequence in string");
            }
            return text.toString();
        } catch (CharacterCodingException malformed) {
            throw error("invalid UTF-8 sequence in string");
        }
    }

    /** Reads the escape at {@code at} and returns where it ends. */
    private static int escape(String token, int at, StringBuilder into) throws BlockException {
        char letter = token.charAt(at + 1);
        if (letter == 'u') {
            return unicode(token, at, into);
        }
        int index = ESCAPES.indexOf(letter);
        if (index < 0) {
            throw error("invalid escape sequence in string");
        }
        into.append(ESCAPED.charAt(index));
        return at + 2;
    }

    private static int unicode(String token, int at, StringBuilder into) throws BlockException {
        int end = at + 6;
        int codePoint = unit(token, at);
        if (codePoint >= 0 && Character.isHighSurrogate((char) codePoint)) {
            int low = token.startsWith("\\u", end) ? unit(token, end) : -1;
            if (low >= 0 && Character.isLowSurrogate((char) low)) {
                codePoint = Character.toCodePoint((char) codePoint, (char) low);
                end += 6;
            }
        }
        boolean valid =
                codePoint >= 0
                        && !(codePoint >= Character.MIN_SURROGATE
                                && codePoint <= Character.MAX_SURROGATE)
                        && !isNoncharacter(codePoint);
        if (!valid) {
            String sequence = token.substring(at, Math.min(end, token.length()));
            throw error(shown(sequence) + " is not a valid Unicode character");
        }
        into.appendCodePoint(codePoint);
        return end;
    }

    /** Returns the four hexadecimal digits of the escape at {@code at}, or -1. */
    private static int unit(String token, int at) {
        int value = 0;
        for (int i = at + 2; i < at + 6; i++) {
            int digit = i < token.length() ? Character.digit(token.charAt(i), 16) : -1;
            if (digit < 0) {
                return -1;
            }
            value = (value << 4) | digit;
        }
        return value;
    }

    private static boolean isNoncharacter(int codePoint) {
        return (codePoint & 0xFFFE) == 0xFFFE || (codePoint >= 0xFDD0 && codePoint <= 0xFDEF);
    }

    private static BlockException error(String what) {
        return BlockException.invalid("JSON parse error, " + what);
    }
}
