package org.ashlar.spi.control;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.control.JsonLexer.Kind;
import org.ashlar.spi.control.JsonLexer.Token;
import org.ashlar.spi.option.OptionTree;

/** Reads one value from its tokens; confined to one call. */
final class JsonParser {

    private static final BigInteger MAX_UNSIGNED = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    private static final BigInteger MIN_SIGNED = BigInteger.valueOf(Long.MIN_VALUE);

    private final List<Token> tokens;
    private int at;

    private JsonParser(List<Token> tokens) {
        this.tokens = tokens;
    }

    /** Reads the value that the tokens begin with; their nesting is bounded by the caller. */
    static Object parse(List<Token> tokens) throws BlockException {
        return new JsonParser(tokens).value();
    }

    private Object value() throws BlockException {
        Token token = next();
        return switch (token.kind()) {
            case LEFT_BRACE -> object();
            case LEFT_BRACKET -> list();
            case STRING -> JsonStrings.read(token.bytes());
            case INTEGER -> integer(token.bytes());
            case FRACTION -> Double.valueOf(token.bytes());
            case KEYWORD -> keyword(token.bytes());
            case RIGHT_BRACE, RIGHT_BRACKET, COLON, COMMA, STRAY, TOO_LONG ->
                    throw error("expecting value");
        };
    }

    private Map<String, Object> object() throws BlockException {
        Map<String, Object> members = new LinkedHashMap<>();
        if (peek() == Kind.RIGHT_BRACE) {
            at++;
            return members;
        }
        while (true) {
            member(members);
            switch (next().kind()) {
                case RIGHT_BRACE -> {
                    return members;
                }
                case COMMA -> peek();
                default -> throw error("expected separator in dict");
            }
        }
    }

    private void member(Map<String, Object> into) throws BlockException {
        if (!(value() instanceof String key)) {
            throw error("key is not a string in object");
        }
        if (next().kind() != Kind.COLON) {
            throw error("missing : in object pair");
        }
        Object value = value();
        if (into.putIfAbsent(key, value) != null) {
            throw error("duplicate key");
        }
    }

    private List<Object> list() throws BlockException {
        List<Object> items = new ArrayList<>();
        if (peek() == Kind.RIGHT_BRACKET) {
            at++;
            return items;
        }
        while (true) {
            items.add(value());
            switch (next().kind()) {
                case RIGHT_BRACKET -> {
                    return items;
                }
                case COMMA -> peek();
                default -> throw error("expected separator in list");
            }
        }
    }

    /** Numbers that fit neither 64 bits with a sign nor without one become fractions. */
    private static Object integer(String digits) {
        BigInteger value = new BigInteger(digits);
        if (value.bitLength() < Long.SIZE) {
            return value.longValue();
        }
        boolean fits = value.compareTo(MAX_UNSIGNED) <= 0 && value.compareTo(MIN_SIGNED) >= 0;
        return fits ? value : (Object) value.doubleValue();
    }

    private static Object keyword(String word) throws BlockException {
        return switch (word) {
            case "true" -> true;
            case "false" -> false;
            case "null" -> OptionTree.NONE;
            default -> throw error("invalid keyword '" + word + "'");
        };
    }

    private Kind peek() throws BlockException {
        if (at == tokens.size()) {
            throw error("premature EOI");
        }
        return tokens.get(at).kind();
    }

    private Token next() throws BlockException {
        peek();
        return tokens.get(at++);
    }

    private static BlockException error(String what) {
        return BlockException.invalid("JSON parse error, " + what);
    }
}
