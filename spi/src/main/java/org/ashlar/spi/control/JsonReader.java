package org.ashlar.spi.control;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.JsonLexer.Token;

/**
 * Finds JSON values in a stream of bytes that comes in any pieces, as the control protocol reads
 * it. Confined to one thread at a time.
 *
 * <p>Objects are {@code Map<String, Object>}, lists {@code List<Object>}, both in order; numbers
 * {@link Long}, {@link java.math.BigInteger} (beyond 63 bits) or {@link Double}; null is {@link
 * org.ashlar.spi.option.OptionTree#NONE}.
 *
 * <p>Invariants:
 *
 * <ul>
 *   <li>I1: between two values nothing is kept.
 *   <li>I2: what is kept of a value that has begun never exceeds {@link #MAX_BYTES}, {@link
 *       #MAX_TOKENS} and {@link #MAX_DEPTH}.
 * </ul>
 */
public final class JsonReader {

    /** How many bytes of tokens a value may have, 64 MiB. */
    public static final int MAX_BYTES = 64 << 20;

    /** How many tokens a value may have. */
    public static final int MAX_TOKENS = 2 << 20;

    /** How deep objects and lists may be nested. */
    public static final int MAX_DEPTH = 1024;

    /** Hears what is found, in order, on the feeding thread. */
    public interface Listener {

        /** Hears a whole value. */
        void value(Object value);

        /** Hears of bytes that are no value; reading goes on behind them. */
        void malformed(BlockException error);
    }

    private final Listener listener;
    private final JsonLexer lexer;
    private final List<Token> tokens = new ArrayList<>();
    private long size;
    private int braces;
    private int brackets;

    /** Reads for {@code listener}. */
    public JsonReader(Listener listener) {
        this.listener = listener;
        this.lexer = new JsonLexer(this::take, MAX_BYTES);
    }

    /** Reads the next bytes. */
    public void feed(byte[] bytes, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            lexer.next(bytes[i] & 0xFF);
        }
    }

    /** Says that no more bytes come: a value that has begun and not ended is an error. */
    public void end() {
        lexer.end();
        if (!tokens.isEmpty()) {
            finish();
        }
    }

    private void take(Token token) {
        switch (token.kind()) {
            case STRAY -> {
                String shown = JsonStrings.shown(token.bytes());
                fail("JSON parse error, stray '" + shown + "'");
                return;
            }
            case TOO_LONG -> {
                fail("JSON token size limit exceeded");
                return;
            }
            case LEFT_BRACE -> braces++;
            case RIGHT_BRACE -> braces--;
            case LEFT_BRACKET -> brackets++;
            case RIGHT_BRACKET -> brackets--;
            case COLON, COMMA, INTEGER, FRACTION, KEYWORD, STRING -> {}
        }
        add(token);
    }

    private void add(Token token) {
        size += token.bytes().length();
        if (size > MAX_BYTES) {
            fail("JSON token size limit exceeded");
        } else if (tokens.size() == MAX_TOKENS) {
            fail("JSON token count limit exceeded");
        } else if (braces + brackets > MAX_DEPTH) {
            fail("JSON nesting depth limit exceeded");
        } else {
            tokens.add(token);
            boolean open = braces > 0 || brackets > 0;
            if (!open || braces < 0 || brackets < 0) {
                finish();
            }
        }
    }

    /**
     * Reads what the tokens say; they are balanced, too many closed, or at the end of the input.
     */
    private void finish() {
        List<Token> whole = List.copyOf(tokens);
        reset();
        Object value;
        try {
            value = JsonParser.parse(whole);
        } catch (BlockException malformed) {
            listener.malformed(malformed);
            return;
        }
        listener.value(value);
    }

    private void fail(String message) {
        reset();
        listener.malformed(BlockException.invalid(message));
    }

    private void reset() {
        tokens.clear();
        size = 0;
        braces = 0;
        brackets = 0;
    }
}
