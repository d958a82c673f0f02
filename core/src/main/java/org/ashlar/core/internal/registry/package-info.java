/** What plugins contribute: drivers, jobs, exports, commands and monitors that come and go. */
@NullMarked
package org.ashlar.core.internal.registry;

import org.jspecify.annotations.NullMarked;
