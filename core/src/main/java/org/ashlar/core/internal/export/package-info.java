/** Exports: how they are started, listed and ended. */
@NullMarked
package org.ashlar.core.internal.export;

import org.jspecify.annotations.NullMarked;
