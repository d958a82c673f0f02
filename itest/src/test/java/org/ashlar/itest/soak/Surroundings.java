package org.ashlar.itest.soak;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.QmpClient;
import org.ashlar.itest.harness.Repackaged;

/**
 * Does what else a daemon is told while its chain changes: exports and nodes come and go, options
 * change, drivers are replaced. Confined to one thread.
 */
final class Surroundings {
    private static final List<String> BUNDLES =
            List.of("drivers-qcow2", "drivers-raw", "jobs", "exports-nbd");

    private final QmpClient monitor;
    private final Product product;
    private final Random random;
    private final Tally tally;
    private final Tail tail;
    private int made;

    /** The name of the other export on the disk; written by the thread of the monitor alone. */
    private volatile String exported = "";

    Surroundings(QmpClient monitor, Product product, Random random, Tally tally, Tail tail) {
        this.monitor = monitor;
        this.product = product;
        this.random = random;
        this.tally = tally;
        this.tail = tail;
    }

    /** Does one thing. */
    void step() throws IOException {
        switch (random.nextInt(24)) {
            case 0, 1, 2, 3, 4 -> export();
            case 5, 6, 7, 8, 9 -> reopen();
            case 10, 11 -> filter();
            case 12, 13, 14 -> nodeComesAndGoes();
            case 15 -> replaceBundle();
            case 16, 17, 18 -> tail.resize(target("disk"));
            default -> look();
        }
    }

    private void look() {
        monitor.execute("query-named-block-nodes");
        monitor.execute("query-block-jobs");
        monitor.execute("query-block-exports");
        tally.count("queries");
    }

    /** Another root above the disk, for the observer. */
    private void export() {
        if (exported.isEmpty()) {
            String name = "extra" + made++;
            addExport(name);
            // A snapshot that was under way may have left it where the disk was before.
            if (target("extra").equals(target("disk"))) {
                exported = name;
                return;
            }
        }
        exported = "";
        monitor.execute("block-export-del", "id", "extra", "mode", "hard");
        tally.count("export del");
    }

    private void addExport(String name) {
        monitor.execute(
                "block-export-add",
                "type",
                "nbd",
                "id",
                "extra",
                "node-name",
                target("disk"),
                "name",
                name,
                "writable",
                true);
        tally.count("export add");
    }

    /** Returns the export on the disk that there is at the moment, or nothing. */
    String exported() {
        return exported;
    }

    private String target(String id) {
        return Nodes.ofExport(monitor, id);
    }

    private String anyLayer() {
        List<String> layers =
                monitor.execute("query-named-block-nodes").findValuesAsText("node-name").stream()
                        .filter(name -> name.matches("layer[0-9]+"))
                        .toList();
        return layers.get(random.nextInt(layers.size()));
    }

    private void reopen() {
        String layer = anyLayer();
        ObjectNode options =
                QmpClient.object("driver", "qcow2", "node-name", layer, "file", layer + "-file");
        options.put("l2-cache-size", 65536L << random.nextInt(4));
        options.put("cache-clean-interval", random.nextInt(3));
        options.put("lazy-refcounts", false);
        options.put("discard", random.nextBoolean() ? "unmap" : "ignore");
        options.put("discard-no-unref", random.nextInt(3) == 0);
        // A stream that ends meanwhile has put another one there: Chain sees to that.
        Nodes.below(monitor, layer).ifPresent(below -> options.put("backing", below));
        tally.attempt(
                "reopen",
                options,
                () -> monitor.execute("blockdev-reopen", "options", List.of(options)));
    }

    /** A reader in the middle of the chain, above a layer of it. */
    private void filter() {
        String name = "filter" + made++;
        String layer = anyLayer();
        if (tally.attempt(
                "reader add",
                layer,
                () ->
                        monitor.execute(
                                "blockdev-add",
                                "driver",
                                "raw",
                                "node-name",
                                name,
                                "read-only",
                                true,
                                "file",
                                layer))) {
            tally.attempt(
                    "reader del", name, () -> monitor.execute("blockdev-del", "node-name", name));
        }
    }

    private void nodeComesAndGoes() {
        String name = "node" + made++;
        monitor.execute("blockdev-add", "driver", "null-co", "node-name", name, "size", 1 << 20);
        monitor.execute("blockdev-del", "node-name", name);
        tally.count("node");
    }

    private void replaceBundle() throws IOException {
        String module = BUNDLES.get(random.nextInt(BUNDLES.size()));
        Repackaged.deploy(
                product.bundle("ashlar-" + module),
                "0.2." + made++,
                product.deploy().resolve(module + ".jar"));
        tally.note("new version of " + module);
        tally.count("bundle replaced");
    }
}
