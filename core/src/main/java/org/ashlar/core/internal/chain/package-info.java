/** What the core keeps of long chains of overlays: which layer decides what a range reads as. */
@NullMarked
package org.ashlar.core.internal.chain;

import org.jspecify.annotations.NullMarked;
