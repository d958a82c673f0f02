/** Tests of the nbd driver against qemu-nbd, nbdkit and a server of our own. */
@NullMarked
package org.ashlar.drivers.nbd.internal;

import org.jspecify.annotations.NullMarked;
