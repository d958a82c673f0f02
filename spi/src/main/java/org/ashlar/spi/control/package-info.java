/** The block layer as programs and monitors drive it. */
@Export
@Version("0.1.0")
@NullMarked
package org.ashlar.spi.control;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
