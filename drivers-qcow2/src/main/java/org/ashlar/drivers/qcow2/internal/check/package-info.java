/** Checking an image's metadata against each other, and mending them. */
@NullMarked
package org.ashlar.drivers.qcow2.internal.check;

import org.jspecify.annotations.NullMarked;
