package org.ashlar.tools.img;

/** The text of {@code -o}, which may be given several times. Stateless. */
final class CreateText {

    private CreateText() {}

    /** Joins what was given before with what is given now. */
    static String join(String before, String now) {
        return before.isEmpty() ? now : before + "," + now;
    }

    /** Returns whether one of the options is {@code help} or {@code ?}. */
    static boolean asksForHelp(String text) {
        for (String option : text.split(",", -1)) {
            if (option.equals("help") || option.equals("?")) {
                return true;
            }
        }
        return false;
    }
}
