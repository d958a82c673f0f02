/** A daemon under a load that knows what it wrote, while everything about its graph changes. */
@NullMarked
package org.ashlar.itest.soak;

import org.jspecify.annotations.NullMarked;
