/** Tests of requests on their way. */
@NullMarked
package org.ashlar.core.internal.io;

import org.jspecify.annotations.NullMarked;
