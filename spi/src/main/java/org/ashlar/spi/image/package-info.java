/** Services of image formats that only some have: found with {@code facet(Class)}. */
@Export
@Version("0.1.0")
@NullMarked
package org.ashlar.spi.image;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
