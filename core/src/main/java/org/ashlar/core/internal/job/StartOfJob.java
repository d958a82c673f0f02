package org.ashlar.core.internal.job;

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
 * @param graph the graph as it stands
 * @param source where roots and claims go
 */
record StartOfJob(String id, OptionValues options, GraphView graph, Source source)
        implements JobRequest {

    @Override
    public Child attachRoot(String label, String nodeName, Permissions permissions)
            throws IOException {
        return source.addRoot(label, nodeName, permissions);
    }

    @Override
    public void claim(Child edge) throws IOException {
        source.claim(edge);
    }
}
