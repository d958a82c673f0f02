/** The system calls the drivers need, as thin as they can be, and a seam to fake them in tests. */
@NullMarked
package org.ashlar.drivers.raw.internal.linux;

import org.jspecify.annotations.NullMarked;
