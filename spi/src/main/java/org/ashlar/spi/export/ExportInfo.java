package org.ashlar.spi.export;

/**
 * An export as it stands. Immutable.
 *
 * @param id its id
 * @param type its type as QMP names it
 * @param nodeName the node at its root
 * @param shuttingDown whether it is being deleted
 * @param clients how many clients are connected
 */
public record ExportInfo(
        String id, String type, String nodeName, boolean shuttingDown, int clients) {}
