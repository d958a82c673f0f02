/** Nodes offered to clients outside. */
@Export
@Version("0.1.0")
@NullMarked
package org.ashlar.spi.export;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
