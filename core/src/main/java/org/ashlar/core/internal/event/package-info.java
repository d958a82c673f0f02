/** Events: told once, heard by every listener. */
@NullMarked
package org.ashlar.core.internal.event;

import org.jspecify.annotations.NullMarked;
