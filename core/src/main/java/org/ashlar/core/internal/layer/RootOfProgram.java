package org.ashlar.core.internal.layer;

import java.io.IOException;
import java.util.List;
import org.ashlar.core.internal.graph.Sources;
import org.ashlar.spi.Buffers;
import org.ashlar.spi.Child;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.source.Consumer;

/** A source of one root, for a program. Thread-safe. */
final class RootOfProgram implements Root {
    private final Sources.Source source;
    private final Child root;

    RootOfProgram(Sources.Source source, Child root) {
        this.source = source;
        this.root = root;
    }

    @Override
    public Child root() {
        return root;
    }

    @Override
    public List<Child> roots() {
        return List.of(root);
    }

    @Override
    public Consumer consumer(String label) {
        return source.consumer(label);
    }

    @Override
    public Buffers buffers() {
        return source.buffers();
    }

    @Override
    public void permissions(Permissions permissions) throws IOException {
        source.permissions(root, permissions);
    }

    @Override
    public void close() throws IOException {
        source.close();
    }
}
