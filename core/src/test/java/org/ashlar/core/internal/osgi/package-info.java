/** Tests of the package osgi. */
@NullMarked
package org.ashlar.core.internal.osgi;

import org.jspecify.annotations.NullMarked;
