/**
 * The commands that run for long: {@code daemon}, the reference's storage daemon, and {@code
 * serve}.
 */
@NullMarked
package org.ashlar.tools.daemon;

import org.jspecify.annotations.NullMarked;
