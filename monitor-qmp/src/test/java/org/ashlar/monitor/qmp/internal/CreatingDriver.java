package org.ashlar.monitor.qmp.internal;

import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.option.Option;

/** A format that declares how its images are created, as {@code qemu-img create -o} names it. */
final class CreatingDriver implements BlockDriver {

    @Override
    public String name() {
        return "img";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
    }

    @Override
    public List<ChildOption> childOptions() {
        return List.of(ChildOption.required("file", ChildRole.IMAGE, ""));
    }

    @Override
    public List<Option<?>> createOptions() {
        return List.of(Option.bytes("size"), Option.bytes("cluster_size"), Option.text("compat"));
    }

    @Override
    public String createMember(Option<?> option) {
        return option.name().equals("compat") ? "version" : BlockDriver.super.createMember(option);
    }

    @Override
    public BlockNode open(OpenRequest request) throws BlockException {
        throw BlockException.unsupported("open");
    }
}
