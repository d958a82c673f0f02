/**
 * The qcow2 format as bytes: header, entries, widths and limits; pure functions and values, no I/O.
 * Facts are from the public specification, QEMU's {@code docs/interop/qcow2}, cited by section.
 */
@NullMarked
package org.ashlar.drivers.qcow2.internal.format;

import org.jspecify.annotations.NullMarked;
