package org.ashlar.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.ServiceLoader;
import org.ashlar.core.internal.event.EventBus;
import org.ashlar.core.internal.layer.Composition;
import org.ashlar.core.internal.layer.LayerImpl;
import org.ashlar.core.internal.registry.Plugins;
import org.ashlar.core.internal.registry.Rank;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.core.internal.registry.Registry.Registration;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.BlockLayer;

/**
 * A block layer composed statically of the plugins it is given: for tools and for programs that
 * embed it. Thread-safe.
 */
public final class EmbeddedLayer implements AutoCloseable {
    private final LayerImpl layer;
    private final List<Registration> plugins;

    private EmbeddedLayer(LayerImpl layer, List<Registration> plugins) {
        this.layer = layer;
        this.plugins = List.copyOf(plugins);
    }

    /** Starts a layer of exactly these plugins. */
    public static EmbeddedLayer start(
            LayerSettings settings, Collection<? extends Plugin> plugins) {
        Registry registry = new Registry();
        List<Registration> added = new ArrayList<>();
        plugins.forEach(plugin -> added.add(Plugins.add(registry, plugin, Rank.NONE)));
        LayerImpl layer = Composition.compose(registry, new EventBus(), settings).layer();
        return new EmbeddedLayer(layer, added);
    }

    /**
     * Starts a layer of the plugins that {@link java.util.ServiceLoader} finds on the class path.
     */
    public static EmbeddedLayer start(LayerSettings settings) {
        List<Plugin> found = new ArrayList<>();
        ServiceLoader.load(Plugin.class).forEach(found::add);
        return start(settings, found);
    }

    /** Returns the layer. */
    public BlockLayer layer() {
        return layer;
    }

    /**
     * Returns the requests in flight, the oldest first; empty unless {@link
     * LayerSettings#traceRequests()}.
     */
    public List<InFlight> requestsInFlight() {
        return layer.inFlight();
    }

    /** Returns what waits for requests to end before it releases something, the longest first. */
    public List<Settling> settling() {
        return layer.settling();
    }

    /** Ends every job, export and node, everything written and flushed, and then the drivers. */
    @Override
    public void close() {
        layer.close();
        plugins.reversed().forEach(Registration::close);
    }
}
