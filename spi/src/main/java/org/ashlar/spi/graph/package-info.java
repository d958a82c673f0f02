/** The graph as it stands, and descriptions of changes to it. */
@Export
@Version("0.1.0")
@NullMarked
package org.ashlar.spi.graph;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
