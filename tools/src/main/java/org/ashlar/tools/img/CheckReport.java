package org.ashlar.tools.img;

import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.ashlar.spi.control.Json;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.tools.text.Sizes;

/**
 * Prints what a check found. Immutable.
 *
 * @param fileName the image
 * @param format its format
 * @param result what is wrong with it now, and what was repaired
 */
record CheckReport(String fileName, String format, CheckResult result) {

    /** Returns whether anything was repaired. */
    boolean isRepaired() {
        return result.corruptionsFixed() > 0 || result.leaksFixed() > 0;
    }

    /** Returns what a second check found, with what the first one repaired. */
    CheckReport after(CheckResult second) {
        return new CheckReport(
                fileName,
                format,
                new CheckResult(
                        second.checkErrors(),
                        second.corruptions(),
                        second.leaks(),
                        result.corruptionsFixed(),
                        result.leaksFixed(),
                        second.imageEndOffset(),
                        second.totalClusters(),
                        second.allocatedClusters(),
                        second.fragmentedClusters(),
                        second.compressedClusters()));
    }

    void printRepairs(PrintStream out) {
        out.print(
                "The following inconsistencies were found and repaired:\n\n    "
                        + result.leaksFixed()
                        + " leaked clusters\n    "
                        + result.corruptionsFixed()
                        + " corruptions\n\nDouble checking the fixed image now...\n");
    }

    void printHuman(PrintStream out) {
        if (result.corruptions() == 0 && result.leaks() == 0 && result.checkErrors() == 0) {
            out.print("No errors were found on the image.\n");
        }
        if (result.corruptions() > 0) {
            out.print(
                    "\n"
                            + result.corruptions()
                            + " errors were found on the image.\nData may be corrupted, or further"
                            + " writes to the image may corrupt it.\n");
        }
        if (result.leaks() > 0) {
            out.print(
                    "\n"
                            + result.leaks()
                            + " leaked clusters were found on the image.\nThis means waste of disk"
                            + " space, but no harm to data.\n");
        }
        if (result.checkErrors() > 0) {
            out.print(
                    "\n"
                            + result.checkErrors()
                            + " internal errors have occurred during the check.\n");
        }
        if (result.totalClusters() != 0 && result.allocatedClusters() != 0) {
            out.print(
                    result.allocatedClusters()
                            + "/"
                            + result.totalClusters()
                            + " = "
                            + percent(result.allocatedClusters(), result.totalClusters())
                            + "% allocated, "
                            + percent(result.fragmentedClusters(), result.allocatedClusters())
                            + "% fragmented, "
                            + percent(result.compressedClusters(), result.allocatedClusters())
                            + "% compressed clusters\n");
        }
        if (result.imageEndOffset() > 0) {
            out.print("Image end offset: " + result.imageEndOffset() + "\n");
        }
    }

    private static String percent(long part, long whole) {
        return Sizes.fixed(part * 100.0 / whole, 2);
    }

    void printJson(PrintStream out) {
        Map<String, Object> members = new LinkedHashMap<>();
        putIfAny(members, "image-end-offset", result.imageEndOffset());
        putIfAny(members, "compressed-clusters", result.compressedClusters());
        putIfAny(members, "total-clusters", result.totalClusters());
        putIfAny(members, "corruptions", result.corruptions());
        putIfAny(members, "corruptions-fixed", result.corruptionsFixed());
        members.put("check-errors", result.checkErrors());
        putIfAny(members, "leaks", result.leaks());
        putIfAny(members, "leaks-fixed", result.leaksFixed());
        putIfAny(members, "allocated-clusters", result.allocatedClusters());
        members.put("filename", fileName);
        members.put("format", format);
        putIfAny(members, "fragmented-clusters", result.fragmentedClusters());
        out.print(Json.printPretty(members) + "\n");
    }

    private static void putIfAny(Map<String, Object> members, String name, long value) {
        if (value != 0) {
            members.put(name, value);
        }
    }
}
