/** What the core's primitives cost. */
@NullMarked
package org.ashlar.bench.core;

import org.jspecify.annotations.NullMarked;
