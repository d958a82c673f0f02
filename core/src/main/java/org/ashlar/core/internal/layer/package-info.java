/** The block layer as programs see it, put together of the graph and the services around it. */
@NullMarked
package org.ashlar.core.internal.layer;

import org.jspecify.annotations.NullMarked;
