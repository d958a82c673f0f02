package org.ashlar.drivers.raw.internal.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.NoSuchElementException;

/**
 * Links and invokes functions of the C library. Stateless.
 *
 * <p>All functions are linked with one signature of five {@code long}s: linking a further function
 * of a known signature costs nothing, each new signature some milliseconds of every start of a
 * command line tool. Both 64-bit calling conventions of Linux that the JDK runs on (System V AMD64,
 * AAPCS64) pass these arguments in registers and ignore upper halves and registers that a function
 * does not read; the upper half of an {@code int} result is undefined and dropped here.
 */
final class CLibrary {
    private static final FunctionDescriptor SHAPE =
            FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private CLibrary() {}

    /** Returns a handle that takes where to catch the error number, and the five arguments. */
    @SuppressWarnings("restricted") // Nothing but native code can make these calls.
    static MethodHandle link(String function) {
        Linker linker = Linker.nativeLinker();
        MemorySegment symbol =
                linker.defaultLookup()
                        .find(function)
                        .orElseThrow(() -> new NoSuchElementException(function));
        return linker.downcallHandle(symbol, SHAPE, Linker.Option.captureCallState("errno"));
    }

    /** Invokes a function; what it returns is for the scratch to read. */
    static long invoke(
            MethodHandle function, Scratch scratch, long a, long b, long c, long d, long e) {
        try {
            return (long) function.invokeExact(scratch.capture, a, b, c, d, e);
        } catch (Throwable impossible) {
            throw unexpected(impossible);
        }
    }

    /** A downcall throws nothing of its own. */
    static RuntimeException unexpected(Throwable thrown) {
        return new IllegalStateException("a system call threw", thrown);
    }
}
