/** Tests of the package job. */
@NullMarked
package org.ashlar.core.internal.job;

import org.jspecify.annotations.NullMarked;
