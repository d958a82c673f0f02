package org.ashlar.core;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.ashlar.spi.BlockDriver;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.BlockNode;
import org.ashlar.spi.Child;
import org.ashlar.spi.ChildOption;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.CreateRequest;
import org.ashlar.spi.DriverKind;
import org.ashlar.spi.ImageReference;
import org.ashlar.spi.NodeSettings;
import org.ashlar.spi.OpenRequest;
import org.ashlar.spi.Probe;
import org.ashlar.spi.option.Option;
import org.ashlar.tck.MemoryNode;

/**
 * Files in memory, by name, and two formats on them: {@code pic}, whose first bytes are {@code
 * PIC!} and then the name of its backing file, and {@code plain}, which anything could be.
 * Thread-safe.
 */
final class ImageDrivers {
    private static final Option<String> FILENAME = Option.text("filename").required();
    private static final Option<Boolean> BROKEN = Option.bool("broken").orElse(false);
    private static final Option<Long> SIZE = Option.bytes("size").required();

    final Map<String, MemoryNode> files = new ConcurrentHashMap<>();
    final Map<String, NodeSettings> settings = new ConcurrentHashMap<>();
    final List<String> closed = new CopyOnWriteArrayList<>();
    final AtomicInteger open = new AtomicInteger();

    /** Puts a file there that names a backing file, which may be empty. */
    void image(String name, String backing) {
        MemoryNode file = new MemoryNode(1 << 16);
        file.put(0, ("PIC!" + backing + "\0").getBytes(StandardCharsets.UTF_8));
        files.put(name, file);
    }

    /** Puts a file of zeroes there. */
    MemoryNode blank(String name) {
        MemoryNode file = new MemoryNode(1 << 16);
        files.put(name, file);
        return file;
    }

    void addTo(TestLayer test) {
        test.add(new FileDriver(), 1);
        test.add(new Pictures("pic", Probe.MATCH), 1);
        test.add(new Pictures("plain", Probe.FALLBACK), 1);
    }

    /** Tells when it is closed. */
    private final class Told extends ScriptedDriver.Passing {
        private final String name;

        private Told(Child next, String name) {
            super(next);
            this.name = name;
            open.incrementAndGet();
        }

        @Override
        public void close() {
            closed.add(name);
            open.decrementAndGet();
        }
    }

    private final class FileDriver implements BlockDriver {
        @Override
        public String name() {
            return "file";
        }

        @Override
        public DriverKind kind() {
            return DriverKind.PROTOCOL;
        }

        @Override
        public List<Option<?>> options() {
            return List.of(FILENAME);
        }

        @Override
        public BlockNode open(OpenRequest request) throws IOException {
            String name = request.options().get(FILENAME);
            settings.put(name, request.settings());
            MemoryNode file = files.get(name);
            if (file == null) {
                throw new BlockException(
                        BlockException.Kind.NOT_FOUND, "Could not open '" + name + "'");
            }
            open.incrementAndGet();
            return new ClosingFile(file, name);
        }
    }

    /** A file that is open. */
    private final class ClosingFile extends Wrapped {
        private final String name;

        private ClosingFile(MemoryNode file, String name) {
            super(file);
            this.name = name;
        }

        @Override
        public void close() {
            closed.add(name);
            open.decrementAndGet();
        }
    }

    /** The formats. */
    private final class Pictures implements BlockDriver {
        private final String name;
        private final Probe best;

        private Pictures(String name, Probe best) {
            this.name = name;
            this.best = best;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public DriverKind kind() {
            return DriverKind.FORMAT;
        }

        @Override
        public List<Option<?>> options() {
            return List.of(BROKEN);
        }

        @Override
        public List<ChildOption> childOptions() {
            return List.of(
                    ChildOption.required("file", ChildRole.IMAGE, "The file."),
                    ChildOption.optional("backing", ChildRole.BACKING, "What lies below."));
        }

        @Override
        public List<Option<?>> createOptions() {
            return List.of(SIZE, BROKEN);
        }

        @Override
        public Probe probe(MemorySegment head) {
            if (best == Probe.FALLBACK) {
                return best;
            }
            return head.byteSize() >= 4 && text(head.asSlice(0, 4)).equals("PIC!")
                    ? best
                    : Probe.NO_MATCH;
        }

        private static String text(MemorySegment memory) {
            return new String(
                    memory.toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                    StandardCharsets.UTF_8);
        }

        @Override
        public BlockNode open(OpenRequest request) throws IOException {
            Child file = request.attach("file", ChildRole.IMAGE);
            settings.put(request.nodeName(), request.settings());
            if (best == Probe.MATCH) {
                attachBacking(request, file);
            }
            if (request.options().get(BROKEN)) {
                throw BlockException.invalid("it is broken");
            }
            return new Told(file, request.nodeName());
        }

        private static void attachBacking(OpenRequest request, Child file) throws IOException {
            MemorySegment head = MemorySegment.ofArray(new byte[512]);
            file.read(request.request(), 0, head);
            String named = text(head).substring(4);
            String backing = named.substring(0, named.indexOf('\0'));
            if (backing.isEmpty()) {
                var _ = request.attachIfGiven("backing", ChildRole.BACKING);
            } else if (!request.isRuledOut("backing")) {
                var _ =
                        request.attachImplicit(
                                "backing", ChildRole.BACKING, new ImageReference(backing, ""));
            }
        }

        @Override
        public void create(CreateRequest request) throws IOException {
            Child file = request.file();
            file.truncate(
                    request.request(),
                    request.options().get(SIZE),
                    org.ashlar.spi.Preallocation.OFF);
            if (request.options().get(BROKEN)) {
                throw BlockException.invalid("it is broken");
            }
            file.write(
                    request.request(),
                    0,
                    MemorySegment.ofArray("PIC!\0".getBytes(StandardCharsets.UTF_8)),
                    org.ashlar.spi.IoFlags.NONE);
        }
    }
}
