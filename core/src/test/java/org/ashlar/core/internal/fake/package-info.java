/** Hand-written fakes of what jobs and exports use. */
@NullMarked
package org.ashlar.core.internal.fake;

import org.jspecify.annotations.NullMarked;
