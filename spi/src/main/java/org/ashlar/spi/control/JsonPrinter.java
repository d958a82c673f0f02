package org.ashlar.spi.control;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Iterator;
import java.util.Map;
import org.ashlar.spi.option.OptionTree;

/** Prints JSON values as the reference does; confined to one call. */
final class JsonPrinter {

    private static final String ESCAPES = "\b\f\n\r\t\"\\";
    private static final String LETTERS = "bfnrt\"\\";
    private static final int DOUBLE_DIGITS = 17;

    private final StringBuilder text = new StringBuilder();
    private final boolean pretty;
    private int depth;

    /** Prints on one line, or over several. */
    JsonPrinter(boolean pretty) {
        this.pretty = pretty;
    }

    /** Returns the value's text. */
    String print(Object value) {
        value(value);
        return text.toString();
    }

    private void value(Object value) {
        switch (value) {
            case Map<?, ?> members -> object(members);
            case OptionTree tree -> object(tree.values());
            case Iterable<?> items -> list(items);
            case String string -> string(string);
            case Double number -> text.append(number(number));
            default -> text.append(value);
        }
    }

    private void object(Map<?, ?> members) {
        open('{');
        Iterator<? extends Map.Entry<?, ?>> rest = members.entrySet().iterator();
        while (rest.hasNext()) {
            Map.Entry<?, ?> member = rest.next();
            line();
            string(String.valueOf(member.getKey()));
            text.append(": ");
            value(member.getValue());
            separate(rest);
        }
        close('}');
    }

    private void list(Iterable<?> items) {
        open('[');
        Iterator<?> rest = items.iterator();
        while (rest.hasNext()) {
            line();
            value(rest.next());
            separate(rest);
        }
        close(']');
    }

    private void open(char bracket) {
        text.append(bracket);
        depth++;
    }

    private void close(char bracket) {
        depth--;
        line();
        text.append(bracket);
    }

    private void separate(Iterator<?> rest) {
        if (rest.hasNext()) {
            text.append(pretty ? "," : ", ");
        }
    }

    private void line() {
        if (pretty) {
            text.append('\n').repeat("    ", depth);
        }
    }

    private void string(String string) {
        text.append('"');
        for (int i = 0; i < string.length(); i++) {
            char unit = string.charAt(i);
            int escape = ESCAPES.indexOf(unit);
            if (escape >= 0) {
                text.append('\\').append(LETTERS.charAt(escape));
            } else if (unit >= ' ' && unit < 0x7F) {
                text.append(unit);
            } else {
                text.append(String.format("\\u%04X", (int) unit));
            }
        }
        text.append('"');
    }

    /** Prints 17 significant digits, the fewest that tell any two numbers apart, as C's %.17g. */
    private static String number(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }
        if (number == 0) {
            return 1 / number > 0 ? "0" : "-0";
        }
        BigDecimal rounded =
                new BigDecimal(number).round(new MathContext(DOUBLE_DIGITS)).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent >= -4 && exponent < DOUBLE_DIGITS) {
            return rounded.toPlainString();
        }
        String digits = rounded.movePointLeft(exponent).toPlainString();
        return digits + String.format("e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }
}
