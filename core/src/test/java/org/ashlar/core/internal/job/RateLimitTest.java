package org.ashlar.core.internal.job;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long MILLIS = 1_000_000;

    private final RateLimit rate = new RateLimit();

    @Test
    void delay_withoutLimit_isNone() {
        rate.speed(0, 0);
        rate.charge(Long.MAX_VALUE / 2, 0);

        assertTrue(rate.delay(0) <= 0);
    }

    @Test
    void delay_whenASliceIsSpent_lastsToTheEndOfTheSlice() {
        rate.speed(1000, 0);
        rate.charge(99, 0);
        assertTrue(rate.delay(30 * MILLIS) <= 0);

        rate.charge(1, 30 * MILLIS);

        assertEquals(70 * MILLIS, rate.delay(30 * MILLIS));
        assertTrue(rate.delay(100 * MILLIS) <= 0);
    }

    @Test
    void delay_whenMoreThanASliceIsSpentAtOnce_isInProportion() {
        rate.speed(65536, 0);
        rate.charge(524288, 0);

        double seconds = rate.delay(0) / 1e9;

        assertEquals(8.0, seconds, 0.01);
    }

    @Test
    void charge_overManySlices_keepsTheSpeedOnAverage() {
        rate.speed(1_000_000, 0);
        long now = 0;
        long done = 0;
        while (done < 50_000_000) {
            now += Math.max(0, rate.delay(now));
            rate.charge(70_000, now);
            done += 70_000;
        }
        assertEquals(50.0, now / 1e9, 0.5);
    }

    @Test
    void speed_whenRaised_forgetsWhatWasSpent() {
        rate.speed(1, 0);
        rate.charge(1_000_000, 0);
        rate.speed(0, 5);

        assertTrue(rate.delay(5) <= 0);
    }

    @Test
    void delay_atTheSlowestSpeed_doesNotOverflow() {
        rate.speed(1, 0);
        rate.charge(Long.MAX_VALUE, 0);

        assertTrue(rate.delay(0) > 1_000_000 * MILLIS);
    }
}
