/** Jobs: how they are started, told, paced, and brought to their end. */
@NullMarked
package org.ashlar.core.internal.job;

import org.jspecify.annotations.NullMarked;
