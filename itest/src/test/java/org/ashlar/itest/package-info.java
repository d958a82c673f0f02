/** Scenes: the assembled product against the tools and clients of others. */
@NullMarked
package org.ashlar.itest;

import org.jspecify.annotations.NullMarked;
