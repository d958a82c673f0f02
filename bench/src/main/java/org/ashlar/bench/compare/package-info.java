/** Ashlar beside QEMU's programs and nbdkit, on one machine, in one run. */
@NullMarked
package org.ashlar.bench.compare;

import org.jspecify.annotations.NullMarked;
