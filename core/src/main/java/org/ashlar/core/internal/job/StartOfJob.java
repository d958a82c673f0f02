package org.ashlar.core.internal.job;

import jakarta.inject.Provider;
import java.io.IOException;
import org.ashlar.core.internal.graph.Sources.Source;
import org.ashlar.spi.Child;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.job.JobRequest;
import org.ashlar.spi.option.OptionValues;

/**
 * What a job driver is given to prepare a job. Confined to the starting thread.
 *
 * @param id the job's id
 * @param options the checked options
 * @param view the graph as it stands, each time it is asked
 * @param source where roots and claims go
 */
record StartOfJob(String id, OptionValues options, Provider<GraphView> view, Source source)
        implements JobRequest {

    @Override
    public GraphView graph() {
        return view.get();
    }

    @Override
    public Child attachRoot(String label, String nodeName, Permissions permissions)
            throws IOException {
        return source.addRoot(label, nodeName, permissions);
    }

    @Override
    public void makeWritable(String nodeName) throws IOException {
        source.makeWritable(nodeName);
    }

    @Override
    public void claim(Child edge) throws IOException {
        source.claim(edge);
    }

    @Override
    public void relyOn(Child edge) throws IOException {
        source.relyOn(edge);
    }
}
