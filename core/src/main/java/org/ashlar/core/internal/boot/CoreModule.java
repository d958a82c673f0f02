package org.ashlar.core.internal.boot;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import org.ashlar.core.LayerSettings;
import org.ashlar.core.internal.event.EventBus;
import org.ashlar.core.internal.export.ExportManager;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.core.internal.job.JobChanges;
import org.ashlar.core.internal.job.JobManager;
import org.ashlar.core.internal.layer.GraphServices;
import org.ashlar.core.internal.layer.LayerImpl;
import org.ashlar.core.internal.registry.Registry;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.control.Exports;
import org.ashlar.spi.control.Jobs;
import org.ashlar.spi.graph.GraphView;

/** Wires one layer over one registry of drivers. */
final class CoreModule extends AbstractModule {
    private final Registry registry;
    private final LayerSettings settings;

    CoreModule(Registry registry, LayerSettings settings) {
        this.registry = registry;
        this.settings = settings;
    }

    @Override
    protected void configure() {
        bind(Registry.class).toInstance(registry);
        bind(Drivers.class).toInstance(registry);
        bind(LayerSettings.class).toInstance(settings);
        bind(Events.class).to(EventBus.class);
        bind(EventBus.class).in(Singleton.class);
        bind(GraphServices.class).in(Singleton.class);
        bind(Jobs.class).to(JobManager.class);
        bind(JobManager.class).in(Singleton.class);
        bind(Exports.class).to(ExportManager.class);
        bind(ExportManager.class).in(Singleton.class);
        bind(LayerImpl.class).in(Singleton.class);
    }

    @Provides
    Sources sources(GraphServices graph) {
        return graph.sources();
    }

    @Provides
    GraphView view(GraphServices graph) {
        return graph.view();
    }

    @Provides
    JobChanges changes(GraphServices graph) {
        return graph::applyOf;
    }

    @Provides
    LayerImpl.Closing closing(JobManager jobs, ExportManager exports) {
        return () -> {
            jobs.close();
            exports.close();
        };
    }
}
