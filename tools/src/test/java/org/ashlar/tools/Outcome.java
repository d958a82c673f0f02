package org.ashlar.tools;

/**
 * What a run of a tool came to. Immutable.
 *
 * @param exit the exit code
 * @param out what it printed on standard output
 * @param err what it printed on standard error
 * @param files what the images are afterwards
 */
public record Outcome(int exit, String out, String err, String files) {

    /** Returns this without rates and times, which no two runs have in common. */
    public Outcome withoutRates() {
        return new Outcome(
                exit,
                out.replaceAll(
                                "(?:\\d\\d|\\d+:\\d\\d:\\d\\d)\\.\\d\\d(?: sec)? \\(.*? ops/sec\\)",
                                "TIME")
                        .replaceAll("(?m)^(\\d+,\\d+),[\\d:.]+,[\\d.]+,[\\d.]+$", "$1,TIME"),
                err,
                files);
    }

    @Override
    public String toString() {
        return "exit " + exit + "\n--- out\n" + out + "--- err\n" + err + "--- files\n" + files;
    }
}
