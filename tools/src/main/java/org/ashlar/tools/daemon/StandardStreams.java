package org.ashlar.tools.daemon;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;

/** The process's standard output and error, as descriptors. Stateless. */
final class StandardStreams {

    private static final int WRITE_ONLY = 1;
    private static final int OUTPUT = 1;
    private static final int ERROR = 2;

    private StandardStreams() {}

    /** Writes to standard output, past all buffers. */
    @SuppressWarnings("resource") // closing it would close the process's standard output
    static void say(String text) throws IOException {
        new FileOutputStream(FileDescriptor.out).write(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** Lets standard output and error lead to {@code /dev/null} from now on (open(2), dup2(2)). */
    @SuppressWarnings("restricted") // two calls of the C library
    static void detach() throws IOException {
        Linker linker = Linker.nativeLinker();
        MethodHandle open =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("open"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                        Linker.Option.firstVariadicArg(2));
        MethodHandle dup2 =
                linker.downcallHandle(
                        linker.defaultLookup().findOrThrow("dup2"),
                        FunctionDescriptor.of(
                                ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int nowhere = (int) open.invokeExact(arena.allocateFrom("/dev/null"), WRITE_ONLY);
            int output = (int) dup2.invokeExact(nowhere, OUTPUT);
            int error = (int) dup2.invokeExact(nowhere, ERROR);
            if (output < 0 || error < 0) {
                throw new IOException("cannot redirect standard output and error");
            }
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("open or dup2 cannot be called", e);
        }
    }
}
