package org.ashlar.tools.text;

import java.io.PrintStream;

/** Prints how far a command has come, in place. Confined to one thread at a time. */
public final class Progress {
    private final PrintStream out;
    private final boolean shown;
    private final float step;
    private float current;
    private float printed;

    /**
     * Starts at 0 %.
     *
     * @param shown whether to print at all
     * @param step by how many percent it must grow to be printed again
     */
    public Progress(PrintStream out, boolean shown, float step) {
        this.out = out;
        this.shown = shown;
        this.step = step;
        print();
    }

    /** Comes by so many percent further. */
    public void add(float percent) {
        at(current + percent);
    }

    /** Has come as far as so many percent. */
    public void at(float percent) {
        current = Math.min(percent, 100);
        if (current > printed + step || current < printed - step || current == 100) {
            print();
        }
    }

    /** Ends the line. */
    public void end() {
        if (shown) {
            out.print("\n");
            out.flush();
        }
    }

    private void print() {
        printed = current;
        if (shown) {
            out.print("    (" + Sizes.fixed(current, 2) + "/100%)\r");
            out.flush();
        }
    }
}
