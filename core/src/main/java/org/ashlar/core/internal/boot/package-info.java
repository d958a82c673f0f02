/** The composition of the layer in a framework: what the core's bundle starts. */
@NullMarked
package org.ashlar.core.internal.boot;

import org.jspecify.annotations.NullMarked;
