/** Typed options: what a driver, export, job or command declares, and what users give. */
@Export
@Version("0.1.0")
@NullMarked
package org.ashlar.spi.option;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
