/** The quorum driver: several children hold the same data, and vote on what is right. */
@NullMarked
package org.ashlar.drivers.quorum.internal;

import org.jspecify.annotations.NullMarked;
