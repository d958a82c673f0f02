/** The block layer by itself, for programs that embed it. */
@Export
@Version("0.1.0")
@NullMarked
package org.ashlar.core;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
