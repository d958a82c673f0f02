/**
 * Drivers that come and go under live nodes: hand-over to a new version, and orphans that wait for
 * their driver.
 */
@NullMarked
package org.ashlar.core.internal.update;

import org.jspecify.annotations.NullMarked;
