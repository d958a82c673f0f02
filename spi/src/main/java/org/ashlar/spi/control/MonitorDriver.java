package org.ashlar.spi.control;

import java.io.IOException;
import org.ashlar.spi.option.OptionTree;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Speaks a control protocol, such as QMP, on a character device. Registered as a service;
 * thread-safe.
 */
@ConsumerType
public interface MonitorDriver {

    /** Returns the mode as {@code --monitor} names it: {@code control} for QMP. */
    String mode();

    /**
     * Checks the description of a character device, as {@link MonitorRequest#chardev()} has it,
     * without opening it.
     *
     * @throws org.ashlar.spi.BlockException of kind {@code INVALID}
     */
    default void check(OptionTree chardev) throws IOException {}

    /** Opens the character device and serves it until the monitor is closed. */
    Monitor start(MonitorRequest request) throws IOException;

    /** A running monitor. */
    interface Monitor extends AutoCloseable {
        /** Disconnects its clients, takes its sockets away and returns once nothing of it runs. */
        @Override
        void close();
    }
}
