/** Character devices: where a monitor's clients come from. */
@NullMarked
package org.ashlar.monitor.qmp.internal.chardev;

import org.jspecify.annotations.NullMarked;
