/** The QMP monitor: what this bundle contributes. */
@NullMarked
package org.ashlar.monitor.qmp.internal;

import org.jspecify.annotations.NullMarked;
