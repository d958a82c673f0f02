/** Tests of the package registry. */
@NullMarked
package org.ashlar.core.internal.registry;

import org.jspecify.annotations.NullMarked;
