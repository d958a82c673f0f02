package org.ashlar.tools.image;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.NodeInfo;
import org.ashlar.spi.image.ImageInfo;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tools.Terminal;

/**
 * A block layer for one command, and the images the command has open. Confined to the command's
 * thread; {@link Lane}s of its disks may be used on others.
 */
public final class Session implements AutoCloseable {
    private final Terminal terminal;
    private final EmbeddedLayer embedded;
    private final List<Disk> disks = new ArrayList<>();

    private Session(Terminal terminal, EmbeddedLayer embedded) {
        this.terminal = terminal;
        this.embedded = embedded;
    }

    /** Starts a layer of all the drivers that come with the tools. */
    public static Session start(Terminal terminal) {
        return start(terminal, Plugins.driversOnly());
    }

    /** Starts a layer that can serve images, too. */
    public static Session startServing(Terminal terminal) {
        return start(terminal, Plugins.all());
    }

    private static Session start(Terminal terminal, List<Plugin> plugins) {
        return new Session(terminal, EmbeddedLayer.start(LayerSettings.DEFAULT, plugins));
    }

    /** Returns the layer. */
    public BlockLayer layer() {
        return embedded.layer();
    }

    /** Opens an image. */
    public Disk open(ImageName name, Access access) throws IOException {
        OptionTree tree = name.tree(layer());
        String node = add(name, access);
        try {
            NodeInfo info = layer().graph().node(node);
            Root root = layer().attach(terminal.program(), node, access.permissions());
            Disk disk =
                    new Disk(
                            layer(),
                            root,
                            info,
                            new Disk.Opened(shownName(info, name), GivenOptions.of(tree), access));
            disks.add(disk);
            disk.facet(ImageInfo.class, (image, admission) -> image.warnings())
                    .ifPresent(this::warn);
            return disk;
        } catch (IOException failed) {
            layer().delete(node);
            throw failed;
        }
    }

    private void warn(List<String> sentences) {
        if (!sentences.isEmpty()) {
            terminal.warning(sentences.getFirst());
            terminal.err().print(String.join("\n", sentences.subList(1, sentences.size())));
            terminal.err().flush();
        }
    }

    /** Adds an image's node without using it, and returns its name. */
    public String add(ImageName name, Access access) throws IOException {
        OptionTree tree = access.settings(name.tree(layer()));
        String node =
                access.purpose() == Access.Purpose.INSPECTION
                        ? addWithoutBacking(tree)
                        : layer().add(tree);
        NodeInfo info = layer().graph().node(node);
        if (name.isProbed() && access.writes() && info.driver().equals("raw")) {
            warnOfProbing(shownName(info, name));
        }
        return node;
    }

    private static String shownName(NodeInfo node, ImageName given) {
        return FileNames.plain(node.fileName().isEmpty() ? given.text() : node.fileName());
    }

    /** Opens an image whose backing file need not be there. */
    private String addWithoutBacking(OptionTree tree) throws IOException {
        if (tree.has("backing")) {
            return layer().add(tree);
        }
        if (tree.has("driver")) {
            return layer().add(
                            hasBackingOption(tree) ? tree.with("backing", OptionTree.NONE) : tree);
        }
        try {
            return layer().add(tree.with("backing", OptionTree.NONE));
        } catch (IOException noSuchOption) {
            return layer().add(tree);
        }
    }

    private boolean hasBackingOption(OptionTree tree) {
        return layer().drivers().node(tree.text("driver").orElse("")).stream()
                .flatMap(driver -> driver.childOptions().stream())
                .anyMatch(child -> child.name().equals("backing"));
    }

    /** Returns the file that a node shows, or its own name if there is none. */
    public String fileNameOf(String nodeName) {
        NodeInfo node = layer().graph().find(nodeName).orElse(null);
        return node == null || node.fileName().isEmpty() ? nodeName : node.fileName();
    }

    private void warnOfProbing(String fileName) {
        terminal.err()
                .print(
                        "WARNING: Image format was not specified for '"
                                + fileName
                                + "' and probing guessed raw.\n"
                                + "         Automatically detecting the format is dangerous for raw"
                                + " images, write operations on block 0 will be restricted.\n"
                                + "         Specify the 'raw' format explicitly to remove the"
                                + " restrictions.\n");
        terminal.err().flush();
    }

    /** Returns the node that supplies what {@code node} has not allocated. */
    public Optional<NodeInfo> backing(NodeInfo node) throws IOException {
        for (EdgeInfo edge : node.children()) {
            if (edge.role() == ChildRole.BACKING) {
                return Optional.of(layer().graph().node(edge.target()));
            }
        }
        return Optional.empty();
    }

    /** Closes an image before the session ends; everything written is flushed. */
    public void close(Disk disk) throws IOException {
        disks.remove(disk);
        disk.close();
    }

    /** Closes every image and ends the layer. */
    @Override
    public void close() {
        for (Disk disk : List.copyOf(disks).reversed()) {
            try {
                close(disk);
            } catch (IOException failed) {
                terminal.error(String.valueOf(failed.getMessage()));
            }
        }
        embedded.close();
    }
}
