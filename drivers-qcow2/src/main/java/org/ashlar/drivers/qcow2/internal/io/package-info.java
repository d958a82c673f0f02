/** What requests do: mapping, reading, copy-on-write, allocation, zeroes, discards. */
@NullMarked
package org.ashlar.drivers.qcow2.internal.io;

import org.jspecify.annotations.NullMarked;
