/** Introspection: types of commands and events, made from what they declare. */
@NullMarked
package org.ashlar.monitor.qmp.internal.schema;

import org.jspecify.annotations.NullMarked;
