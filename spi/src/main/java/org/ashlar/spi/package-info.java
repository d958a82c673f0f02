/**
 * What a driver author implements and what the core gives back.
 *
 * <p>Units are bytes unless a name says otherwise. Two kinds of call reach a driver:
 *
 * <ul>
 *   <li><b>requests</b> (read, write, zero, discard, flush, extentAt, truncate) come on any thread,
 *       many at once if the node has {@link org.ashlar.spi.Capabilities.Feature#PARALLEL}, and may
 *       block unless the request says that it must not;
 *   <li><b>control calls</b> (all others) come one at a time for a node, beside its requests and
 *       beside control calls of other nodes; the core holds no lock over them.
 * </ul>
 *
 * <p>The core checks bounds, alignment and permissions before a driver sees a request, and emulates
 * what a node does not do by itself.
 */
@Export
@Version("0.1.0")
@NullMarked
package org.ashlar.spi;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
