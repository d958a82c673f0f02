package org.ashlar.core;

import java.time.Duration;

/**
 * A request that has begun and not ended. Immutable.
 *
 * @param source who began it, such as {@code job stream0}
 * @param thread the thread that began it
 * @param age how long ago
 */
public record InFlight(String source, String thread, Duration age) {}
