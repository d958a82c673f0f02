/** Fills an overlay from the layers below it, and leads it past them. */
@NullMarked
package org.ashlar.jobs.internal.stream;

import org.jspecify.annotations.NullMarked;
