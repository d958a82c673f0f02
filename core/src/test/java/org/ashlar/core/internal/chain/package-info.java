/** Tests of what is known of chains. */
@NullMarked
package org.ashlar.core.internal.chain;

import org.jspecify.annotations.NullMarked;
