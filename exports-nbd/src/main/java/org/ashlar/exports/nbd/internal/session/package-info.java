/**
 * What is said on one NBD connection: haggling over options, then requests and replies.
 *
 * <p>Source throughout: the NBD protocol, {@code doc/proto.md} of NetworkBlockDevice/nbd, with its
 * extension "extended headers"; section titles are cited where a rule comes from.
 */
@NullMarked
package org.ashlar.exports.nbd.internal.session;

import org.jspecify.annotations.NullMarked;
