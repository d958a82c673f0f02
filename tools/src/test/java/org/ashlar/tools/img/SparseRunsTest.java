package org.ashlar.tools.img;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SparseRunsTest {

    private static List<String> runs(MemorySegment data, long base, long unit) {
        List<String> found = new ArrayList<>();
        SparseRuns runs = new SparseRuns(data, base, unit);
        while (runs.next()) {
            found.add((runs.isZero() ? "zero " : "data ") + runs.offset() + "+" + runs.length());
        }
        return found;
    }

    @Test
    void next_zeroesBetweenData_areARunOfWholeUnits() {
        byte[] bytes = new byte[16];
        bytes[1] = 1;
        bytes[13] = 1;

        assertEquals(
                List.of("data 0+4", "zero 4+8", "data 12+4"),
                runs(MemorySegment.ofArray(bytes), 0, 4));
    }

    @Test
    void next_dataNotAtAUnit_isCutWhereTheImageIs() {
        byte[] bytes = new byte[9];
        bytes[0] = 1;

        assertEquals(List.of("data 0+1", "zero 1+8"), runs(MemorySegment.ofArray(bytes), 3, 4));
    }

    @Test
    void next_zeroesShorterThanAUnit_areData() {
        byte[] bytes = {0, 0, 1, 0, 0, 0, 0, 1};

        assertEquals(List.of("data 0+8"), runs(MemorySegment.ofArray(bytes), 0, 4));
    }
}
