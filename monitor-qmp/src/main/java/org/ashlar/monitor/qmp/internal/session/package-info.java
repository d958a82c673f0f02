/** The protocol: messages, one after another, from a client to the commands and back. */
@NullMarked
package org.ashlar.monitor.qmp.internal.session;

import org.jspecify.annotations.NullMarked;
