package org.ashlar.monitor.qmp.internal;

import java.util.ArrayList;
import java.util.List;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.graph.ChangePlan;

/** Records what a change wants, in the words of its methods. */
final class FakePlan implements ChangePlan {

    final List<String> steps = new ArrayList<>();

    @Override
    public void reserve(String nodeName) {
        steps.add("reserve " + nodeName);
    }

    @Override
    public void retarget(Child edge, String nodeName) {
        steps.add("retarget " + edge.name() + " to " + nodeName);
    }

    @Override
    public void attach(String parentName, String edgeName, ChildRole role, String nodeName) {
        steps.add("attach " + parentName + "." + edgeName + " " + role + " to " + nodeName);
    }

    @Override
    public void detach(Child edge) {
        steps.add("detach " + edge.name());
    }

    @Override
    public void remove(String nodeName) {
        steps.add("remove " + nodeName);
    }

    @Override
    public void fenceWrites(String nodeName) {
        steps.add("fence " + nodeName);
    }

    @Override
    public void drain(String nodeName) {
        steps.add("drain " + nodeName);
    }

    @Override
    public void outside(OutsideStep step) {
        steps.add("outside");
    }
}
