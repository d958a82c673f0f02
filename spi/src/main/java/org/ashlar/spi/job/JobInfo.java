package org.ashlar.spi.job;

import java.util.Optional;

/**
 * A job as it stands. Immutable.
 *
 * @param id its id
 * @param type its type as QMP names it
 * @param status where it stands
 * @param current how many bytes are done
 * @param total how many bytes there are, as far as is known
 * @param speed bytes a second, 0 for no limit
 * @param busy whether it has requests in flight
 * @param paused whether it is paused, or asked to be
 * @param ready whether it could complete when told
 * @param ioError whether it is paused by an error: {@code io-status} of QMP; empty if no error
 *     occurred
 * @param autoFinalize whether it finalizes without being told
 * @param autoDismiss whether it is dismissed without being told
 * @param error why it failed, if it did
 */
public record JobInfo(
        String id,
        String type,
        JobStatus status,
        long current,
        long total,
        long speed,
        boolean busy,
        boolean paused,
        boolean ready,
        Optional<org.ashlar.spi.BlockException.Kind> ioError,
        boolean autoFinalize,
        boolean autoDismiss,
        Optional<String> error) {}
