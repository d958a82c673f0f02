package org.ashlar.spi.job;

import java.io.IOException;
import org.ashlar.spi.Child;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.option.OptionValues;
import org.osgi.annotation.versioning.ProviderType;

/**
 * What a job is given to start; confined to the starting thread, valid until {@code prepare}
 * returns.
 */
@ProviderType
public interface JobRequest {

    /** Returns the job's id. */
    String id();

    /** Returns the checked values of {@link JobDriver#options()}. */
    OptionValues options();

    /** Returns the graph as it stands; it may change until what is relied on is claimed. */
    GraphView graph();

    /**
     * Adds a root edge of the job's source to a node.
     *
     * @throws org.ashlar.spi.BlockException of kind {@code NOT_PERMITTED} naming both users
     */
    Child attachRoot(String label, String nodeName, Permissions permissions) throws IOException;

    /**
     * Makes a read-only node writable until the job has ended, with the storage that took over from
     * it that it is read-only; to be called before roots that write are attached. Does nothing for
     * a node that is writable.
     */
    void makeWritable(String nodeName) throws IOException;

    /**
     * Claims an edge: until the job has ended no other change retargets or removes it.
     *
     * @throws org.ashlar.spi.BlockException of kind {@code BUSY} naming the job that has it
     */
    void claim(Child edge) throws IOException;

    /**
     * Relies on what an edge shows until the job has ended: changes may lead it to another node
     * that shows the same, but no other job claims it, and so none copies across it.
     *
     * @throws org.ashlar.spi.BlockException of kind {@code BUSY}, naming the job that has claimed
     *     it
     */
    void relyOn(Child edge) throws IOException;
}
