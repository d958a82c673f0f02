package org.ashlar.checks;

/**
 * One broken rule at one place. Immutable.
 *
 * @param path where, from the project's root
 * @param line from 1
 * @param message what is wrong, in a form that says what to do
 */
record Finding(String path, long line, String message) {

    /** Returns the form that terminals and editors turn into a link. */
    @Override
    public String toString() {
        return path + ":" + line + ": " + message;
    }
}
