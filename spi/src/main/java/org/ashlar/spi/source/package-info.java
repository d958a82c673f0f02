/** Where requests begin: sources, their gates, and admission to them. */
@Export
@Version("0.1.0")
@NullMarked
package org.ashlar.spi.source;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
