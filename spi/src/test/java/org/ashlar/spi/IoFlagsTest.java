package org.ashlar.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Flags are sets, and no set is made twice. */
class IoFlagsTest {
    private static final List<IoFlags> SINGLE =
            List.of(
                    IoFlags.FUA,
                    IoFlags.MAY_UNMAP,
                    IoFlags.NO_FALLBACK,
                    IoFlags.UNCHANGED,
                    IoFlags.POPULATE,
                    IoFlags.COMPRESSED);

    private static List<IoFlags> all() {
        List<IoFlags> all = new ArrayList<>(List.of(IoFlags.NONE));
        for (IoFlags single : SINGLE) {
            for (IoFlags set : List.copyOf(all)) {
                all.add(set.with(single));
            }
        }
        return all;
    }

    @Test
    void everyCombination_isAnInstanceOfItsOwn() {
        assertEquals(64, new HashSet<>(all()).size());
    }

    @Test
    void sets_addAndTakeAway_sharingInstances() {
        for (IoFlags one : all()) {
            assertSame(one, one.with(IoFlags.NONE));
            assertSame(IoFlags.NONE, one.without(one));
            assertTrue(one.has(IoFlags.NONE));
            for (IoFlags other : all()) {
                IoFlags both = one.with(other);
                assertSame(both, other.with(one));
                assertTrue(both.has(one) && both.has(other));
                for (IoFlags single : SINGLE) {
                    assertEquals(one.has(single) || other.has(single), both.has(single));
                    assertEquals(
                            one.has(single) && !other.has(single), one.without(other).has(single));
                }
            }
        }
        assertFalse(IoFlags.FUA.has(IoFlags.FUA.with(IoFlags.POPULATE)), "all are asked for");
    }
}
