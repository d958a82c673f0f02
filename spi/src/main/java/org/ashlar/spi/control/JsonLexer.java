package org.ashlar.spi.control;

import java.util.Map;
import java.util.function.Consumer;

/**
 * Cuts bytes into the tokens of JSON as the reference reads it: besides JSON, strings may be in
 * single quotes. Confined to one thread at a time.
 *
 * <p>After a byte that fits nowhere it skips to the next byte that may begin a token: a structural
 * character, a control character such as a newline, or a byte that UTF-8 never has (0xFE, 0xFF).
 */
final class JsonLexer {

    /** What a token is. */
    enum Kind {
        LEFT_BRACE,
        RIGHT_BRACE,
        LEFT_BRACKET,
        RIGHT_BRACKET,
        COLON,
        COMMA,
        INTEGER,
        FRACTION,
        KEYWORD,
        STRING,
        /** Bytes that are no token. */
        STRAY,
        /** More bytes than a token may have. */
        TOO_LONG
    }

    /**
     * One token.
     *
     * @param kind what it is
     * @param bytes its bytes, one per char; of a string with its quotes
     */
    record Token(Kind kind, String bytes) {}

    private enum State {
        START,
        RECOVERY,
        KEYWORD,
        STRING,
        ESCAPE,
        MINUS,
        ZERO,
        DIGITS,
        POINT,
        DECIMALS,
        E,
        E_SIGN,
        E_DIGITS
    }

    private static final Map<Integer, Kind> STRUCTURE =
            Map.of(
                    (int) '{', Kind.LEFT_BRACE,
                    (int) '}', Kind.RIGHT_BRACE,
                    (int) '[', Kind.LEFT_BRACKET,
                    (int) ']', Kind.RIGHT_BRACKET,
                    (int) ':', Kind.COLON,
                    (int) ',', Kind.COMMA);

    private final Consumer<Token> sink;
    private final int maxBytes;
    private final StringBuilder bytes = new StringBuilder();
    private State state = State.START;

    /** Cuts for {@code sink} into tokens of at most {@code maxBytes} bytes. */
    JsonLexer(Consumer<Token> sink, int maxBytes) {
        this.sink = sink;
        this.maxBytes = maxBytes;
    }

    /** Takes the next byte, 0 to 255. */
    void next(int value) {
        if (!step(value)) {
            step(value); // a token ended before the byte, which is now looked at from the start
        }
    }

    /** Ends what has been begun. */
    void end() {
        switch (state) {
            case START, RECOVERY -> state = State.START;
            case KEYWORD -> emit(Kind.KEYWORD);
            case ZERO, DIGITS -> emit(Kind.INTEGER);
            case DECIMALS, E_DIGITS -> emit(Kind.FRACTION);
            case STRING, ESCAPE, MINUS, POINT, E, E_SIGN -> emit(Kind.STRAY);
        }
    }

    /** Returns whether the byte was consumed; otherwise a token ended before it. */
    private boolean step(int value) {
        return switch (state) {
            case START -> start(value);
            case RECOVERY -> recover(value);
            case KEYWORD -> isLower(value) ? keep(value) : finish(Kind.KEYWORD);
            case STRING -> string(value);
            case ESCAPE -> isText(value) ? to(State.STRING, value) : stray(value);
            case MINUS ->
                    isDigit(value)
                            ? to(value == '0' ? State.ZERO : State.DIGITS, value)
                            : stray(value);
            case ZERO -> isDigit(value) ? stray(value) : afterInteger(value);
            case DIGITS -> isDigit(value) ? keep(value) : afterInteger(value);
            case POINT -> isDigit(value) ? to(State.DECIMALS, value) : stray(value);
            case DECIMALS -> isDigit(value) ? keep(value) : exponentOrEnd(value, Kind.FRACTION);
            case E -> isSign(value) ? to(State.E_SIGN, value) : exponent(value);
            case E_SIGN -> exponent(value);
            case E_DIGITS -> isDigit(value) ? keep(value) : finish(Kind.FRACTION);
        };
    }

    private boolean start(int value) {
        Kind structure = STRUCTURE.get(value);
        if (structure != null) {
            bytes.append((char) value);
            emit(structure);
            return true;
        }
        return switch (value) {
            case ' ', '\t', '\r', '\n' -> true;
            case '"', '\'' -> to(State.STRING, value);
            case '-' -> to(State.MINUS, value);
            case '0' -> to(State.ZERO, value);
            default -> {
                if (isDigit(value)) {
                    yield to(State.DIGITS, value);
                }
                yield isLower(value) ? to(State.KEYWORD, value) : stray(value);
            }
        };
    }

    private boolean recover(int value) {
        if (value < ' ' || value >= 0xFE || STRUCTURE.containsKey(value)) {
            state = State.START;
            return false;
        }
        return true;
    }

    private boolean string(int value) {
        if (!isText(value)) {
            return stray(value);
        }
        if (value == '\\') {
            return to(State.ESCAPE, value);
        }
        keep(value);
        if (state == State.STRING && value == bytes.charAt(0)) {
            emit(Kind.STRING);
        }
        return true;
    }

    private boolean afterInteger(int value) {
        return value == '.' ? to(State.POINT, value) : exponentOrEnd(value, Kind.INTEGER);
    }

    private boolean exponentOrEnd(int value, Kind ended) {
        boolean exponent = value == 'e' || value == 'E';
        return exponent ? to(State.E, value) : finish(ended);
    }

    private boolean exponent(int value) {
        return isDigit(value) ? to(State.E_DIGITS, value) : stray(value);
    }

    private boolean to(State next, int value) {
        state = next;
        return keep(value);
    }

    private boolean keep(int value) {
        bytes.append((char) value);
        if (bytes.length() > maxBytes) {
            bytes.setLength(0);
            emit(Kind.TOO_LONG);
            state = State.RECOVERY;
        }
        return true;
    }

    private boolean finish(Kind kind) {
        emit(kind);
        return false;
    }

    private boolean stray(int value) {
        bytes.append((char) value);
        emit(Kind.STRAY);
        state = State.RECOVERY;
        return true;
    }

    private void emit(Kind kind) {
        Token token = new Token(kind, bytes.toString());
        bytes.setLength(0);
        state = State.START;
        sink.accept(token);
    }

    private static boolean isText(int value) {
        return value >= ' ' && value < 0xFE;
    }

    private static boolean isSign(int value) {
        return value == '+' || value == '-';
    }

    private static boolean isDigit(int value) {
        return value >= '0' && value <= '9';
    }

    private static boolean isLower(int value) {
        return value >= 'a' && value <= 'z';
    }
}
