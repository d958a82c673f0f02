/** The graph: snapshots, edges, sources, and the one place where they change. */
@NullMarked
package org.ashlar.core.internal.graph;

import org.jspecify.annotations.NullMarked;
