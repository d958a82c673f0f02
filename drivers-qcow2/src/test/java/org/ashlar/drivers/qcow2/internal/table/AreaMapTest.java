package org.ashlar.drivers.qcow2.internal.table;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.ashlar.tck.Seed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;

/** The map of areas against one from the library. */
class AreaMapTest {
    @Test
    void map_whenChangedAtRandom_thenHoldsWhatWasPutIn(TestReporter reporter) {
        long seed = Seed.choose(reporter);
        Random random = new Random(seed);
        AreaMap map = new AreaMap();
        Map<Long, Integer> model = new HashMap<>();
        long last = (1L << 54) - 1; // of a file of 2^63 bytes, in clusters of 512
        for (int step = 0; step < 200_000; step++) {
            long cluster = random.nextInt(5_000);
            cluster = random.nextBoolean() ? cluster : last - cluster;
            if (random.nextInt(3) == 0) {
                map.remove(cluster);
                model.remove(cluster);
            } else {
                int area = 1 << random.nextInt(Area.values().length);
                map.add(cluster, area);
                model.merge(cluster, area, (a, b) -> a | b);
            }
            long asked = random.nextBoolean() ? cluster : random.nextInt(5_000);
            assertEquals(model.getOrDefault(asked, 0), map.areas(asked), "seed " + seed);
        }
    }
}
