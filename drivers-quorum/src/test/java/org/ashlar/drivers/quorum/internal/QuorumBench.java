package org.ashlar.drivers.quorum.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.FaultyNode;
import org.ashlar.tck.HeldNode;
import org.ashlar.tck.MemoryNode;
import org.ashlar.tck.Report;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;

/** A quorum over disks in memory that can fail and be held. Confined to one test. */
final class QuorumBench implements AutoCloseable {
    static final int SIZE = 64 << 10;
    private static final Pattern HELD = Pattern.compile("HeldNode-(\\d+)");

    final Rig rig = new Rig();
    final List<MemoryNode> disks = new ArrayList<>();
    final List<FaultyNode> faults = new ArrayList<>();
    final List<HeldNode> holds = new ArrayList<>();
    private final Map<String, HeldNode> children = new LinkedHashMap<>();

    QuorumBench(int count) {
        for (int child = 0; child < count; child++) {
            disks.add(new MemoryNode(SIZE));
            faults.add(new FaultyNode(disks.getLast()));
            holds.add(new HeldNode(faults.getLast()));
            children.put("children." + child, holds.getLast());
        }
    }

    /** Opens the quorum with a threshold and further options as {@code key=value}. */
    RigNode open(int threshold, String... more) throws IOException {
        return rig.open(new QuorumDriver(), options(threshold, more), children);
    }

    static OptionTree options(int threshold, String... more) {
        Map<String, String> options = new LinkedHashMap<>();
        options.put("vote-threshold", Integer.toString(threshold));
        for (String option : more) {
            options.put(
                    option.substring(0, option.indexOf('=')),
                    option.substring(option.indexOf('=') + 1));
        }
        return OptionTree.dotted(options);
    }

    /** Returns what a node reported, each as one line: {@code EVENT {members}}. */
    static List<String> told(RigNode node) {
        return node.reports().stream().map(QuorumBench::line).toList();
    }

    private static String line(Report report) {
        String members = report.data().toString();
        return report.event() + " " + HELD.matcher(members).replaceAll(QuorumBench::child);
    }

    /** Names the child of a node's name: the rig numbers the three nodes that each is made of. */
    private static String child(MatchResult name) {
        return "c" + Integer.parseInt(name.group(1)) / 3;
    }

    @Override
    public void close() throws IOException {
        rig.close();
    }
}
