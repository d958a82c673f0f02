/** The command {@code io}, which is the reference's qemu-io. */
@NullMarked
package org.ashlar.tools.io;

import org.jspecify.annotations.NullMarked;
