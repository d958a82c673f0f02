/**
 * Tools for authors of drivers, jobs and exports: a rig that opens a driver without the core, fakes
 * to put under it, and contract tests. Start at {@link org.ashlar.tck.Rig}.
 */
@Export
@Version("0.1.0")
@NullMarked
package org.ashlar.tck;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
