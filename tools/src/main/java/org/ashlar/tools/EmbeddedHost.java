package org.ashlar.tools;

import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.tools.daemon.LayerHost;
import org.ashlar.tools.image.Plugins;

/**
 * Runs a daemon on the drivers of the class path, without a framework: nothing comes or goes while
 * it runs. Thread-safe.
 */
record EmbeddedHost(EmbeddedLayer embedded) implements LayerHost {

    static EmbeddedHost start() {
        return new EmbeddedHost(EmbeddedLayer.start(LayerSettings.DEFAULT, Plugins.all()));
    }

    @Override
    public BlockLayer layer() {
        return embedded.layer();
    }

    @Override
    public void close() {
        embedded.close();
    }
}
