/** The NBD server: its exports, its listening socket, its connections and its commands. */
@NullMarked
package org.ashlar.exports.nbd.internal;

import org.jspecify.annotations.NullMarked;
