package org.ashlar.monitor.qmp.internal.session;

import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.CommandCall;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.option.OptionValues;

/** One call of a command; confined to it. */
final class Call implements CommandCall {

    private final BlockLayer layer;
    private final OptionValues arguments;
    private final OptionTree tree;
    private boolean shutdown;

    Call(BlockLayer layer, OptionValues arguments, OptionTree tree) {
        this.layer = layer;
        this.arguments = arguments;
        this.tree = tree;
    }

    @Override
    public BlockLayer layer() {
        return layer;
    }

    @Override
    public OptionValues arguments() {
        return arguments;
    }

    @Override
    public OptionTree tree() {
        return tree;
    }

    @Override
    public void requestShutdown() {
        shutdown = true;
    }

    /** Returns whether the command asked for the program to end. */
    boolean isShutdownRequested() {
        return shutdown;
    }
}
