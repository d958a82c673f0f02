/** Requests on their way: sources and admission, edges, range locks, alignment and emulation. */
@NullMarked
package org.ashlar.core.internal.io;

import org.jspecify.annotations.NullMarked;
