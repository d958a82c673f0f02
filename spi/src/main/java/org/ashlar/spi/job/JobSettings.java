package org.ashlar.spi.job;

/**
 * What every job can be told, whatever its type. Immutable.
 *
 * @param id unique among the jobs that are not dismissed
 * @param speed bytes a second, 0 for no limit
 * @param onError what to do about failed requests
 * @param autoFinalize whether to finalize without being told
 * @param autoDismiss whether to dismiss without being told
 */
public record JobSettings(
        String id, long speed, ErrorPolicy onError, boolean autoFinalize, boolean autoDismiss) {}
