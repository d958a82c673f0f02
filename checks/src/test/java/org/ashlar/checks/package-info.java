/**
 * The rules that a reader may rely on everywhere, each as a test of the ordinary build.
 *
 * <p>{@link org.ashlar.checks.TidyTest} reads the sources of all modules, {@link
 * org.ashlar.checks.ArchitectureTest} their class files. Every rule is itself tested on a text that
 * breaks it.
 */
@NullMarked
package org.ashlar.checks;

import org.jspecify.annotations.NullMarked;
