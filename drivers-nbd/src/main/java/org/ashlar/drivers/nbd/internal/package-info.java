/**
 * A client of the Network Block Device protocol as a protocol driver.
 *
 * <p>A {@link org.ashlar.drivers.nbd.internal.NbdNode} sends its requests through a {@link
 * org.ashlar.drivers.nbd.internal.Link}, which keeps one {@link
 * org.ashlar.drivers.nbd.internal.Connection} at a time and makes a new one when it is lost. Facts
 * are those of the NBD protocol's document, {@code doc/proto.md} of the NBD project.
 */
@NullMarked
package org.ashlar.drivers.nbd.internal;

import org.jspecify.annotations.NullMarked;
