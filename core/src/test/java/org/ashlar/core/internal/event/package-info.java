/** Tests of events. */
@NullMarked
package org.ashlar.core.internal.event;

import org.jspecify.annotations.NullMarked;
