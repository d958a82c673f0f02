package org.ashlar.bench.compare;

/** What a workload works with. Immutable. */
record Bench(Programs programs, Inputs inputs, Effort effort) {}
