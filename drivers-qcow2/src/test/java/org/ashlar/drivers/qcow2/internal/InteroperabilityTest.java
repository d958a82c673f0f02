package org.ashlar.drivers.qcow2.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.ashlar.spi.image.CheckResult;
import org.ashlar.spi.image.Checkable;
import org.ashlar.spi.option.OptionTree;
import org.ashlar.tck.Rig;
import org.ashlar.tck.RigNode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What we write the reference reads and finds clean, and the other way round. */
class InteroperabilityTest {
    private static final int SIZE = 3 * 1024 * 1024 + 512 * 3;

    private final Qcow2Driver driver = new Qcow2Driver();

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "compat=0.10",
                "compat=0.10,cluster_size=512",
                "cluster_size=512",
                "cluster_size=512,refcount_bits=64",
                "cluster_size=1024,refcount_bits=1",
                "cluster_size=4096,refcount_bits=2",
                "cluster_size=2M",
                "refcount_bits=1",
                "refcount_bits=4",
                "refcount_bits=8",
                "refcount_bits=32",
                "refcount_bits=64",
                "extended_l2=on",
                "extended_l2=on,cluster_size=16k",
                "extended_l2=on,cluster_size=2M,refcount_bits=1",
                "compression_type=zstd",
                "lazy_refcounts=on",
                "preallocation=metadata",
                "preallocation=metadata,extended_l2=on",
                "preallocation=falloc,cluster_size=4096",
                "preallocation=full"
            })
    void image_whenWrittenByUs_thenReferenceReadsIt(String options) throws IOException {
        Path image = folder.resolve("image.qcow2");
        GuestModel model = new GuestModel(options.hashCode(), new byte[SIZE]);
        try (Rig rig = new Rig();
                TestFile file = new TestFile(image)) {
            rig.create(driver, tree(options), file);
            Reference.assertClean(image, "created");
            assertEquals(
                    SIZE,
                    (int) Long.parseLong(field(image, "virtual-size")),
                    "length by the reference");
            RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file));
            for (int i = 0; i < 300; i++) {
                model.step(disk);
            }
            model.verifyAll(disk);
            disk.close();
            Reference.assertClean(image, "written");
            assertArrayEquals(model.expected(), Reference.content(image));
            RigNode again = rig.open(driver, OptionTree.empty(), Map.of("file", file));
            model.verifyAll(again);
            CheckResult check = check(rig, again);
            assertEquals(0, check.corruptions() + check.leaks());
        }
    }

    private static CheckResult check(Rig rig, RigNode disk) throws IOException {
        try (var request = rig.request()) {
            return disk.facet(Checkable.class)
                    .orElseThrow()
                    .check(
                            request,
                            Checkable.Repair.NONE,
                            line -> {
                                throw new AssertionError(line);
                            });
        }
    }

    private static String field(Path image, String name) throws IOException {
        String info = Reference.img("info", "--output=json", image.toString());
        return info.replaceFirst("(?s).*\"" + name + "\": ([0-9]+).*", "$1");
    }

    private static OptionTree tree(String options) {
        Map<String, String> all = new HashMap<>();
        all.put("size", Integer.toString(SIZE));
        for (String option : options.split(",", -1)) {
            if (!option.isEmpty()) {
                String[] pair = option.split("=", 2);
                all.put(pair[0], pair[1]);
            }
        }
        return OptionTree.dotted(all);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "compat=1.1",
                "compat=0.10",
                "cluster_size=512",
                "refcount_bits=1",
                "cluster_size=2M",
                "extended_l2=on",
                "extended_l2=on,cluster_size=16k",
                "compression_type=zstd",
                "preallocation=metadata",
                "lazy_refcounts=on"
            })
    void image_whenWrittenByReference_thenWeReadAndGoOn(String options) throws IOException {
        Path image = folder.resolve("image.qcow2");
        Reference.img("create", "-q", "-f", "qcow2", "-o", options, image.toString(), "" + SIZE);
        Reference.io(image, randomCommands(options.hashCode()));
        Path packed = folder.resolve("packed.qcow2");
        Reference.img(
                "convert",
                "-q",
                "-c",
                "-f",
                "qcow2",
                "-O",
                "qcow2",
                "-o",
                options.startsWith("preall") ? "compat=1.1" : options,
                image.toString(),
                packed.toString());
        for (Path path : List.of(image, packed)) {
            byte[] content = Reference.content(path);
            try (Rig rig = new Rig();
                    TestFile file = new TestFile(path)) {
                RigNode disk = rig.open(driver, OptionTree.empty(), Map.of("file", file));
                GuestModel model = new GuestModel(1, content);
                model.verifyAll(disk);
                for (int i = 0; i < 200; i++) {
                    model.step(disk);
                }
                model.verifyAll(disk);
                disk.close();
                Reference.assertClean(path, "written after the reference");
                assertArrayEquals(model.expected(), Reference.content(path));
            }
        }
    }

    private static List<String> randomCommands(int seed) {
        Random random = new Random(seed);
        List<String> commands = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            int offset = random.nextInt(SIZE / 512 - 300) * 512;
            int length = (1 + random.nextInt(300)) * 512;
            String range = offset + " " + length;
            commands.add(
                    switch (random.nextInt(5)) {
                        case 0 -> "write -z " + range;
                        case 1 -> "write -z -u " + range;
                        case 2 -> "discard " + range;
                        default -> "write -P " + (1 + random.nextInt(255)) + " " + range;
                    });
        }
        return commands;
    }
}
