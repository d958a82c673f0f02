package org.ashlar.spi.export;

/**
 * What every export can be told, whatever its type. Immutable.
 *
 * @param type its type as QMP names it
 * @param id unique among the exports
 * @param nodeName the node to serve
 * @param writable whether clients may write
 * @param writethrough whether every write is to reach stable storage before it is acknowledged
 */
public record ExportSettings(
        String type, String id, String nodeName, boolean writable, boolean writethrough) {}
