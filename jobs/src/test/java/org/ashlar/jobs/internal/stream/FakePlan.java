package org.ashlar.jobs.internal.stream;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.graph.ChangePlan;

/** Writes down what a change wants, each as one line. Confined to one test. */
final class FakePlan implements ChangePlan {
    final List<String> wants = new ArrayList<>();
    final List<OutsideStep> steps = new ArrayList<>();

    @Override
    public void reserve(String nodeName) {
        wants.add("reserve " + nodeName);
    }

    @Override
    public void retarget(Child edge, String nodeName) {
        wants.add("lead " + edge.name() + " to " + nodeName);
    }

    @Override
    public void attach(String parentName, String edgeName, ChildRole role, String nodeName) {
        wants.add("attach " + parentName + "." + edgeName + " to " + nodeName);
    }

    @Override
    public void detach(Child edge) {
        wants.add("detach " + edge.name());
    }

    @Override
    public void remove(String nodeName) {
        wants.add("remove " + nodeName);
    }

    @Override
    public void fenceWrites(String nodeName) {
        wants.add("fence " + nodeName);
    }

    @Override
    public void drain(String nodeName) {
        wants.add("drain " + nodeName);
    }

    @Override
    public void outside(OutsideStep step) {
        steps.add(step);
    }
}
