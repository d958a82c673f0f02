package org.ashlar.tools.img;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZeroesTest {

    @Test
    void firstNonZero_allZero_isNone() {
        assertEquals(-1, Zeroes.firstNonZero(MemorySegment.ofArray(new byte[200_001])));
        assertEquals(-1, Zeroes.firstNonZero(MemorySegment.ofArray(new byte[0])));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 65_535, 65_536, 131_071, 200_000})
    void firstNonZero_oneByteSet_isItsOffset(long offset) {
        MemorySegment data = MemorySegment.ofArray(new byte[200_001]);
        data.set(ValueLayout.JAVA_BYTE, offset, (byte) 0x80);

        assertEquals(offset, Zeroes.firstNonZero(data));
    }
}
