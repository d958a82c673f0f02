/** Tests of the package export. */
@NullMarked
package org.ashlar.core.internal.export;

import org.jspecify.annotations.NullMarked;
