/** The qcow2 driver. */
@NullMarked
package org.ashlar.drivers.qcow2.internal;

import org.jspecify.annotations.NullMarked;
