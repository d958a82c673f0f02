package org.ashlar.itest.driver;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.Plugin;

/** Contributes the driver {@code marked}; its mark is the byte in the resource {@code /mark}. */
public final class MarkedPlugin implements Plugin {

    @Override
    public List<BlockDriver> drivers() {
        try (InputStream in = MarkedPlugin.class.getResourceAsStream("/mark")) {
            return List.of(new MarkedDriver((byte) in.read()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
