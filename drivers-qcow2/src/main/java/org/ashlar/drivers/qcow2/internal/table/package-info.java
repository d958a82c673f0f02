/**
 * Metadata in memory and on their way to and from the disk: tables, their cache, reference counts,
 * allocation, quarantine, and the order in which changes are written.
 */
@NullMarked
package org.ashlar.drivers.qcow2.internal.table;

import org.jspecify.annotations.NullMarked;
