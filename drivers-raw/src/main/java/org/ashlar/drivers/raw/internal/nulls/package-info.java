/** Nodes without storage, for tests and measurements. */
@NullMarked
package org.ashlar.drivers.raw.internal.nulls;

import org.jspecify.annotations.NullMarked;
