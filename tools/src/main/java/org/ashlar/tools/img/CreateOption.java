package org.ashlar.tools.img;

import org.ashlar.tools.ToolFailure;
import org.ashlar.tools.text.Preallocations;
import org.ashlar.tools.text.Sizes;

/**
 * One option of {@code create -o}. Immutable.
 *
 * @param name what users type
 * @param key what the driver calls it
 * @param type what its values are
 * @param shownDefault the value that is shown when none was given, or an empty text for none
 * @param help one line
 */
record CreateOption(String name, String key, Type type, String shownDefault, String help) {

    /** What values are. */
    enum Type {
        SIZE("size"),
        SWITCH("bool (on/off)"),
        NUMBER("num"),
        TEXT("str");

        private final String shown;

        Type(String shown) {
            this.shown = shown;
        }
    }

    /** Returns the value that {@code text} stands for: a number, a truth value or a text. */
    Object parse(String text) throws ToolFailure {
        return switch (type) {
            case SIZE -> size(text);
            case SWITCH -> onOff(text);
            case NUMBER -> number(text);
            case TEXT -> text;
        };
    }

    private Long size(String text) throws ToolFailure {
        try {
            return Sizes.parse(text);
        } catch (ArithmeticException tooLarge) {
            throw ToolFailure.of(
                    "Value '" + text + "' is out of range for parameter '" + name + "'");
        } catch (NumberFormatException notANumber) {
            throw ToolFailure.of(Preallocations.wrongSize(name));
        }
    }

    private Boolean onOff(String text) throws ToolFailure {
        return switch (text) {
            case "on", "yes", "true", "y" -> true;
            case "off", "no", "false", "n" -> false;
            default -> throw ToolFailure.of("Parameter '" + name + "' expects 'on' or 'off'");
        };
    }

    private Long number(String text) throws ToolFailure {
        try {
            return Long.decode(text);
        } catch (NumberFormatException notANumber) {
            throw ToolFailure.of("Parameter '" + name + "' expects a number");
        }
    }

    /** Returns a value as it is shown to users. */
    static String show(Object value) {
        if (value instanceof Boolean on) {
            return on ? "on" : "off";
        }
        return value.toString().replace(",", ",,");
    }

    /** Returns its line of {@code -o help}. */
    String describe() {
        String left = name + "=<" + type.shown + ">";
        return "  " + left + " ".repeat(Math.max(0, 22 - left.length())) + " - " + help;
    }
}
