package org.ashlar.monitor.qmp.internal;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockException.Kind;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Drivers;
import org.ashlar.spi.control.Events;
import org.ashlar.spi.control.Exports;
import org.ashlar.spi.control.Jobs;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.GraphChange;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.option.OptionTree;

/**
 * A block layer that records what it is asked to do, in the words of its methods, and does nothing.
 * Its graph, drivers, jobs and exports are what a test puts there. Thread-safe.
 */
final class FakeLayer implements BlockLayer {

    final List<String> calls = new CopyOnWriteArrayList<>();
    final FakeDrivers drivers = new FakeDrivers();
    final FakeJobs jobs = new FakeJobs(calls);
    final FakeExports exports = new FakeExports(calls);
    final FakeEvents events = new FakeEvents();

    /** What the graph is; written by the test's thread. */
    volatile GraphView graph = FakeGraph.EMPTY;

    @Override
    public GraphView graph() {
        return graph;
    }

    @Override
    public String add(OptionTree options) {
        calls.add("add " + options);
        return options.text("node-name").orElse("");
    }

    @Override
    public void delete(String nodeName) {
        calls.add("delete " + nodeName);
    }

    @Override
    public void reopen(List<OptionTree> options) {
        calls.add("reopen " + options);
    }

    @Override
    public void makeReadOnly(String nodeName) {
        calls.add("read-only " + nodeName);
    }

    @Override
    public void addChild(String parentName, String nodeName) {
        calls.add("add child " + parentName + " " + nodeName);
    }

    @Override
    public void removeChild(String parentName, String childName) {
        calls.add("remove child " + parentName + " " + childName);
    }

    @Override
    public void resize(String nodeName, long length) {
        calls.add("resize " + nodeName + " " + length);
    }

    @Override
    public void create(OptionTree options) {
        calls.add("create " + options);
    }

    @Override
    public void apply(GraphChange change) throws IOException {
        FakePlan plan = new FakePlan();
        change.describe(graph, plan);
        calls.addAll(plan.steps);
    }

    @Override
    public Root attach(String label, String nodeName, Permissions permissions) throws IOException {
        throw new BlockException(Kind.GONE, nodeName + " does not answer");
    }

    @Override
    public Drivers drivers() {
        return drivers;
    }

    @Override
    public Jobs jobs() {
        return jobs;
    }

    @Override
    public Exports exports() {
        return exports;
    }

    @Override
    public Events events() {
        return events;
    }
}
