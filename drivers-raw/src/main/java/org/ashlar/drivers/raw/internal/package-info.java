/** What this bundle contributes: the raw format, and the protocols file, host_device and null. */
@NullMarked
package org.ashlar.drivers.raw.internal;

import org.jspecify.annotations.NullMarked;
