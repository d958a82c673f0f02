/** The command {@code nbd}, which is the reference's qemu-nbd. */
@NullMarked
package org.ashlar.tools.nbd;

import org.jspecify.annotations.NullMarked;
