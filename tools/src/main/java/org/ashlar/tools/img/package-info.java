/** The command {@code img}, which is the reference's qemu-img. */
@NullMarked
package org.ashlar.tools.img;

import org.jspecify.annotations.NullMarked;
