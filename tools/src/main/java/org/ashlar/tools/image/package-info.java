/** Images as the tools open and use them: options, chains, and requests to them. */
@NullMarked
package org.ashlar.tools.image;

import org.jspecify.annotations.NullMarked;
