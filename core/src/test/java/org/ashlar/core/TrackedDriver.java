package org.ashlar.core;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Capabilities;
import org.ashlar.spi.Capabilities.Feature;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.Face;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Preallocation;
import org.ashlar.spi.ReopenRequest;
import org.ashlar.spi.Request;
import org.ashlar.spi.option.Option;

/** Opens overlays without data whose faces are counted; thread-safe. */
final class TrackedDriver implements BlockDriver {
    private static final Option<Long> TAG = Option.integer("tag").orElse(0L).reopenable();

    private final Faces faces;

    TrackedDriver(Faces faces) {
        this.faces = faces;
    }

    @Override
    public String name() {
        return "tracked";
    }

    @Override
    public DriverKind kind() {
        return DriverKind.FORMAT;
    }

    @Override
    public List<Option<?>> options() {
        return List.of(TAG);
    }

    @Override
    public List<ChildOption> childOptions() {
        return List.of(ChildOption.optional("backing", ChildRole.BACKING, "What lies below."));
    }

    @Override
    public BlockNode open(OpenRequest request) throws IOException {
        Child backing =
                request.attachIfGiven("backing", ChildRole.BACKING)
                        .orElseGet(() -> request.vacant("backing", ChildRole.BACKING));
        return new Tracked(request.nodeName(), backing);
    }

    private final class Tracked implements BlockNode {
        private final String name;
        private final Child backing;
        private final Faces.Life life;

        private Tracked(String name, Child backing) {
            this.name = name;
            this.backing = backing;
            this.life = faces.begin(name);
        }

        @Override
        public long length(Request request) {
            return 1 << 16;
        }

        @Override
        public Capabilities capabilities(Map<String, Capabilities> children) {
            return Capabilities.READ_ONLY.with(Feature.WRITE, Feature.RESIZE, Feature.PARALLEL);
        }

        @Override
        public void read(Request request, long offset, MemorySegment into) throws IOException {
            life.enter();
            try {
                stay();
                if (backing.isAttached(request)) {
                    backing.read(request, offset, into);
                }
            } finally {
                life.leave();
            }
        }

        /** Gives others the time to take away what this request is in. */
        @SuppressWarnings("ThreadPriorityCheck") // a hint is all that is wanted
        private static void stay() {
            for (int i = ThreadLocalRandom.current().nextInt(200); i > 0; i--) {
                Thread.yield();
            }
        }

        @Override
        public void write(Request request, long offset, MemorySegment from, IoFlags flags)
                throws IOException {
            read(request, offset, MemorySegment.ofArray(new byte[512]));
        }

        @Override
        public void truncate(Request request, long newLength, Preallocation preallocation) {
            life.enter();
            life.leave();
        }

        @Override
        public void inactivate(Request request) {
            life.enter();
            life.leave();
        }

        @Override
        public Face prepareReopen(ReopenRequest request) {
            life.enter();
            life.leave();
            return new Face(new Tracked(name, backing), request.options().get(TAG) % 2 == 0);
        }

        @Override
        public void close() {
            life.close();
        }
    }
}
