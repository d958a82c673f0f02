package org.ashlar.core.internal.osgi;

import java.util.List;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Plugin;
import org.ashlar.spi.option.Option;

/** What the tests put into bundles. Immutable. */
public final class SamplePlugin implements Plugin {

    @Override
    public List<BlockDriver> drivers() {
        return List.of(new SampleDriver());
    }

    /** A driver that uses a class of its own late. Immutable. */
    static final class SampleDriver implements BlockDriver {
        @Override
        public String name() {
            return "sample";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.PROTOCOL;
        }

        @Override
        public List<Option<?>> options() {
            return Late.options();
        }

        @Override
        public BlockNode open(OpenRequest request) {
            throw new UnsupportedOperationException();
        }
    }

    /** Not needed before the driver is asked for its options. Immutable. */
    static final class Late {
        private Late() {}

        static List<Option<?>> options() {
            return List.of(Option.text("late"));
        }
    }
}
