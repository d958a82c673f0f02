package org.ashlar.tools.io;

import java.io.PrintStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;

/** Prints bytes in hexadecimal and as letters, sixteen a line. Stateless. */
final class HexDump {
    private static final int PER_LINE = 16;

    private HexDump() {}

    static void print(PrintStream out, long offset, MemorySegment data) {
        HexFormat hex = HexFormat.of();
        for (long at = 0; at < data.byteSize(); at += PER_LINE) {
            StringBuilder line = new StringBuilder(80);
            StringBuilder letters = new StringBuilder(PER_LINE);
            line.append(hex.toHexDigits(offset + at, ((offset + at) >>> 32) == 0 ? 8 : 16));
            line.append(":  ");
            long end = Math.min(at + PER_LINE, data.byteSize());
            for (long i = at; i < end; i++) {
                byte value = data.get(ValueLayout.JAVA_BYTE, i);
                line.append(hex.toHexDigits(value)).append(' ');
                letters.append(isLetter(value) ? (char) value : '.');
            }
            out.print(line.append(' ').append(letters).append('\n'));
        }
    }

    private static boolean isLetter(byte value) {
        return (value >= '0' && value <= '9')
                || (value >= 'A' && value <= 'Z')
                || (value >= 'a' && value <= 'z');
    }
}
