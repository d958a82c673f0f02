/** The raw format: the bytes of a child as they are, or a window on them. */
@NullMarked
package org.ashlar.drivers.raw.internal.raw;

import org.jspecify.annotations.NullMarked;
