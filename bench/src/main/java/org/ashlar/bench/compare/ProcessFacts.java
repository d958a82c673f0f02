package org.ashlar.bench.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads what the kernel says of a process (proc(5)). Stateless. */
final class ProcessFacts {
    /** The kernel counts in hundredths of a second for user space, on every architecture. */
    private static final long MICROS_PER_TICK = 10_000;

    private static final int USER_TIME = 14;
    private static final int CHILDREN_USER_TIME = 16;

    private ProcessFacts() {}

    /** Returns user and system time in microseconds; exact to 20000. */
    static long cpuMicros(long pid) throws IOException {
        return ticks("/proc/" + pid + "/stat", USER_TIME) * MICROS_PER_TICK;
    }

    /** Returns the time of our children that have ended, likewise. */
    static long childrenCpuMicros() throws IOException {
        return ticks("/proc/self/stat", CHILDREN_USER_TIME) * MICROS_PER_TICK;
    }

    /** Adds two neighbouring fields, numbered from 1 as in the manual. */
    private static long ticks(String file, int first) throws IOException {
        String text = Files.readString(Path.of(file));
        // The second field is a name in brackets that may hold anything.
        String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[first - 3]) + Long.parseLong(fields[first - 2]);
    }

    /** Returns a line of the status in KiB, such as {@code VmRSS} or {@code RssAnon}. */
    static long statusKib(long pid, String key) throws IOException {
        List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/status"));
        for (String line : lines) {
            if (line.startsWith(key + ":")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("no " + key + " of process " + pid);
    }
}
