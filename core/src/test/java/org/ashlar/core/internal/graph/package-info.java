/** Tests of the graph by itself. */
@NullMarked
package org.ashlar.core.internal.graph;

import org.jspecify.annotations.NullMarked;
