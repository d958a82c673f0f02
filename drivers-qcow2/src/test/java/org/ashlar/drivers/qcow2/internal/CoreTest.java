package org.ashlar.drivers.qcow2.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.ashlar.drivers.raw.internal.RawPlugin;
import org.ashlar.spi.BlockException;
import org.ashlar.spi.ChildRole;
import org.ashlar.spi.IoFlags;
import org.ashlar.spi.Permissions;
import org.ashlar.spi.Permissions.Permission;
import org.ashlar.spi.control.BlockLayer;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.graph.ChangePlan;
import org.ashlar.spi.graph.EdgeInfo;
import org.ashlar.spi.graph.GraphView;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.spi.source.Access;
import org.ashlar.spi.source.Admission;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Images in the real graph, over real files. */
class CoreTest {
    private static final int K64 = 65536;

    private final EmbeddedLayer embedded =
            EmbeddedLayer.start(LayerSettings.DEFAULT, List.of(new Qcow2Plugin(), new RawPlugin()));
    private final BlockLayer layer = embedded.layer();

    @TempDir Path folder;

    @AfterEach
    void close() {
        embedded.close();
    }

    private void add(String name, Path image, Object... more) throws IOException {
        Map<String, Object> options = new HashMap<>();
        options.put("driver", "qcow2");
        options.put("node-name", name);
        options.put("file", Map.of("driver", "file", "filename", image.toString()));
        for (int i = 0; i < more.length; i += 2) {
            options.put((String) more[i], more[i + 1]);
        }
        layer.add(OptionTree.typed(options));
    }

    private Root writer(String node) throws IOException {
        Set<Permission> used = Set.of(Permission.CONSISTENT_READ, Permission.WRITE);
        return layer.attach("test", node, new Permissions(used, Permissions.NONE.shared()));
    }

    private static byte[] read(Root root, long offset, int length) throws IOException {
        byte[] bytes = new byte[length];
        try (Admission admission = root.consumer("reader").admit(Access.READ)) {
            root.root().read(admission.request(), offset, MemorySegment.ofArray(bytes));
        }
        return bytes;
    }

    private static void write(Root root, long offset, int value, int length) throws IOException {
        try (Admission admission = root.consumer("writer").admit(Access.WRITE)) {
            MemorySegment bytes = MemorySegment.ofArray(pattern(value, length));
            root.root().write(admission.request(), offset, bytes, IoFlags.NONE);
        }
    }

    private static byte[] pattern(int value, int length) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }

    /** Makes an image over another, with 64 KiB of a pattern at an offset. */
    private Path image(String name, Path backing, int value, int at) throws IOException {
        Path path = folder.resolve(name);
        if (backing == null) {
            Reference.img("create", "-q", "-f", "qcow2", path.toString(), "1M");
        } else {
            String[] over = {"-b", backing.toString(), "-F", "qcow2", path.toString()};
            Reference.img(Reference.with("create", concat("-q", "-f", "qcow2", over)));
        }
        if (value != 0) {
            Reference.io(path, List.of("write -P " + value + " " + at + " 64k"));
        }
        return path;
    }

    private static String[] concat(String one, String two, String three, String[] rest) {
        return Reference.with(one, Reference.with(two, Reference.with(three, rest)));
    }

    @Test
    void chain_whenSnapshotIsTakenInUse_thenBothSidesAreRight() throws IOException {
        Path base = image("base.qcow2", null, 1, 0);
        Path middle = image("middle.qcow2", base, 2, K64);
        Path top = image("top.qcow2", middle, 3, 2 * K64);
        Path snapshot = image("snapshot.qcow2", top, 0, 0);
        add("top", top);
        try (Root root = writer("top")) {
            assertArrayEquals(pattern(1, K64), read(root, 0, K64));
            assertArrayEquals(pattern(2, K64), read(root, K64, K64));
            assertArrayEquals(pattern(3, K64), read(root, 2 * K64, K64));
            write(root, 3 * K64, 4, K64);
            add("snapshot", snapshot, "backing", OptionTree.NONE);
            layer.apply(CoreTest::takeSnapshot);
            write(root, 512, 5, 512);
            write(root, 3 * K64, 6, 4096);
            assertArrayEquals(pattern(1, 512), read(root, 0, 512));
            assertArrayEquals(pattern(5, 512), read(root, 512, 512));
            assertArrayEquals(pattern(1, K64 - 1024), read(root, 1024, K64 - 1024));
            assertArrayEquals(pattern(2, K64), read(root, K64, K64));
            assertArrayEquals(pattern(3, K64), read(root, 2 * K64, K64));
            assertArrayEquals(pattern(6, 4096), read(root, 3 * K64, 4096));
            assertArrayEquals(pattern(4, K64 - 4096), read(root, 3 * K64 + 4096, K64 - 4096));
        }
        layer.delete("snapshot");
        layer.delete("top");
        assertEquals(List.of(), List.copyOf(layer.graph().nodes()));
        for (Path image : List.of(base, middle, top, snapshot)) {
            Reference.assertClean(image, image.toString());
        }
        byte[] below = Reference.content(top);
        assertArrayEquals(pattern(1, K64), Arrays.copyOf(below, K64));
        assertEquals(4, below[3 * K64]);
        byte[] above = Reference.content(snapshot);
        assertEquals(5, above[512]);
        assertEquals(6, above[3 * K64]);
        assertEquals(4, above[3 * K64 + 4096]);
    }

    private static void takeSnapshot(GraphView now, ChangePlan plan) throws BlockException {
        plan.reserve("top");
        plan.reserve("snapshot");
        plan.fenceWrites("top");
        for (EdgeInfo user : now.parents("top")) {
            plan.retarget(user.child(), "snapshot");
        }
        plan.attach("snapshot", "backing", ChildRole.BACKING, "top");
    }

    /** The corrupt and the dirty bit are the lowest of the incompatible features. */
    @ParameterizedTest
    @CsvSource({
        "2, 131082, 0, 2", // data counted too low
        "3, 131084, 2, 2", // data counted too high
        "1, 131078, 0, 2", // the L1 table counted too low
        "2, 262144, 327680, 8", // COPIED missing in an L2 entry
        "2, 65536, 0, 8", // refcount block missing
        "2, 104, 0, 1", // nothing but the bit
        "2, 262160, -9223372032559480832, 8" // past the end of the file
    })
    void damagedImage_whenOpenedForRepair_thenIsMendedAsByTheReference(
            int features, long offset, long value, int bytes) throws IOException {
        Path ours = image("damaged.qcow2", null, 7, 0);
        Reference.io(ours, List.of("write -P 7 64k 192k"));
        poke(ours, offset, value, bytes);
        poke(ours, 72, features, Long.BYTES);
        Path theirs = folder.resolve("theirs.qcow2");
        Files.copy(ours, theirs);
        String json =
                Reference.run("qemu-img", "check", "--output=json", "-r", "all", theirs.toString())
                        .output();
        if ((features & 2) != 0) {
            BlockException refused = assertThrows(BlockException.class, () -> add("refused", ours));
            assertEquals(
                    "qcow2: Image is corrupt; cannot be opened read/write", refused.getMessage());
        }
        add("image", ours, "repair", true);
        try (Root root = writer("image")) {
            assertThrows(BlockException.class, () -> write(root, 0, 9, 512));
            CheckResult result = repair(root);
            assertEquals(number(json, "corruptions"), result.corruptions(), json);
            assertEquals(number(json, "leaks"), result.leaks(), json);
            assertEquals(number(json, "corruptions-fixed"), result.corruptionsFixed(), json);
            assertEquals(number(json, "leaks-fixed"), result.leaksFixed(), json);
            if (result.corruptions() == 0) {
                write(root, 512 << 10, 9, 512);
            } else {
                assertThrows(BlockException.class, () -> write(root, 0, 9, 512));
            }
        }
        layer.delete("image");
        assertEquals(Files.readAllBytes(theirs)[79], Files.readAllBytes(ours)[79], "features");
        var again = Reference.run("qemu-img", "check", theirs.toString());
        assertEquals(again.code(), Reference.run("qemu-img", "check", ours.toString()).code());
        if (again.code() == 0) {
            byte[] content = Reference.content(ours);
            assertEquals(9, content[512 << 10]);
            assertArrayEquals(pattern(7, K64), Arrays.copyOf(content, K64));
        }
    }

    private static CheckResult repair(Root root) throws IOException {
        try (Admission admission = root.consumer("checker").admit(Access.WRITE)) {
            Checkable checkable =
                    root.root().facet(admission.request(), Checkable.class).orElseThrow();
            return checkable.check(admission.request(), Checkable.Repair.ALL, _ -> {});
        }
    }

    private static long number(String json, String name) {
        String found = json.replaceFirst("(?s).*\"" + name + "\": ([0-9]+).*", "$1");
        return found.length() == json.length() ? 0 : Long.parseLong(found);
    }

    private static void poke(Path image, long offset, long value, int bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.seek(offset);
            for (int i = bytes - 1; i >= 0; i--) {
                file.write((int) (value >>> (8 * i)));
            }
        }
        assertTrue(Files.size(image) > offset);
    }
}
