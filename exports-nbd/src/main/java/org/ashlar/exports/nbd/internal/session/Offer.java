package org.ashlar.exports.nbd.internal.session;

import org.ashlar.spi.source.RequestSource;

/**
 * An export as a client sees it. Immutable.
 *
 * @param name its name; the default export's is empty
 * @param description a line for people, empty if there is none
 * @param writable whether clients may write
 * @param writethrough whether every write is to be durable before it is acknowledged
 * @param allocationDepth whether {@code qemu:allocation-depth} is offered
 * @param source where its requests begin
 */
public record Offer(
        String name,
        String description,
        boolean writable,
        boolean writethrough,
        boolean allocationDepth,
        RequestSource source) {}
