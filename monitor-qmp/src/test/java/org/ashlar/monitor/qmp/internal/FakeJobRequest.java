package org.ashlar.monitor.qmp.internal;

import java.io.IOException;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.Child;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.job.JobRequest;
import org.ashlar.spi.option.OptionValues;

/** Starts a job that attaches and claims nothing. */
record FakeJobRequest(OptionValues options) implements JobRequest {

    @Override
    public String id() {
        return "j";
    }

    @Override
    public GraphView graph() {
        return FakeGraph.EMPTY;
    }

    @Override
    public Child attachRoot(String label, String nodeName, Permissions permissions)
            throws IOException {
        throw BlockException.unsupported("attach");
    }

    @Override
    public void makeWritable(String nodeName) {}

    @Override
    public void claim(Child edge) throws IOException {
        throw BlockException.unsupported("claim");
    }

    @Override
    public void relyOn(Child edge) throws IOException {
        throw BlockException.unsupported("reliance");
    }
}
