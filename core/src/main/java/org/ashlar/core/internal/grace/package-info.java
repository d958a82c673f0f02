/** Pins and grace: the one answer to "may I take this away now?". */
@NullMarked
package org.ashlar.core.internal.grace;

import org.jspecify.annotations.NullMarked;
