/** The block layer in an OSGi framework: bundles that come and go while their nodes are open. */
@NullMarked
package org.ashlar.core.internal.osgi;

import org.jspecify.annotations.NullMarked;
