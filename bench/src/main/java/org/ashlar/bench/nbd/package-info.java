/** A load client for NBD servers, ours and others, lean enough to be faster than any of them. */
@NullMarked
package org.ashlar.bench.nbd;

import org.jspecify.annotations.NullMarked;
