/** Opening: from options to nodes that are staged, and then published as one. */
@NullMarked
package org.ashlar.core.internal.open;

import org.jspecify.annotations.NullMarked;
