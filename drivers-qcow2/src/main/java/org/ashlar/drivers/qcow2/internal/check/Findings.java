package org.ashlar.drivers.qcow2.internal.check;

import com.google.errorprone.annotations.FormatMethod;
import java.util.function.Consumer;
import org.ashlar.spi.image.CheckResult;

/** What a check has found so far. Confined to a check. */
final class Findings {
    private final Consumer<String> report;
    long errors;
    long corruptions;
    long leaks;
    long corruptionsFixed;
    long leaksFixed;
    long imageEnd;
    long totalClusters;
    long allocatedClusters;
    long fragmentedClusters;
    long compressedClusters;

    Findings(Consumer<String> report) {
        this.report = report;
    }

    /** Tells one line. */
    @FormatMethod
    void say(String format, Object... values) {
        report.accept(format.formatted(values));
    }

    /** Notes a corruption with one line. */
    @FormatMethod
    void corruption(String format, Object... values) {
        corruptions++;
        report.accept(format.formatted(values));
    }

    CheckResult result() {
        return new CheckResult(
                errors,
                corruptions,
                leaks,
                corruptionsFixed,
                leaksFixed,
                imageEnd,
                totalClusters,
                allocatedClusters,
                fragmentedClusters,
                compressedClusters);
    }
}
