/** The commands. */
@NullMarked
package org.ashlar.monitor.qmp.internal.command;

import org.jspecify.annotations.NullMarked;
