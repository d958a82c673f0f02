/** Texts of the command line: options given as key=value lists or JSON. */
@NullMarked
package org.ashlar.tools.text;

import org.jspecify.annotations.NullMarked;
