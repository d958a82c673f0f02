/** The command line: where it begins, its terminal, and the tree of its commands. */
@NullMarked
package org.ashlar.tools;

import org.jspecify.annotations.NullMarked;
