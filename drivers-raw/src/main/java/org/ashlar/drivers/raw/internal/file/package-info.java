/** Files and block devices of the host: positional I/O, space, image locks. */
@NullMarked
package org.ashlar.drivers.raw.internal.file;

import org.jspecify.annotations.NullMarked;
