package org.ashlar.core;

import static org.ashlar.core.TestLayer.async;
import static org.ashlar.core.TestLayer.filled;
import static org.ashlar.core.TestLayer.get;
import static org.ashlar.core.TestLayer.read;
import static org.ashlar.core.TestLayer.write;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.ashlar.spi.control.Root;
import org.ashlar.spi.option.OptionTree;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shipped drivers, each replaced under a live node. */
class RealHandOverTest {
    @TempDir Path folder;

    private void addFile(TestLayer test, String name, Path path) throws IOException {
        test.layer.add(
                OptionTree.typed(
                        Map.of(
                                "driver",
                                "file",
                                "node-name",
                                name,
                                "discard",
                                "unmap",
                                "filename",
                                path.toString())));
    }

    private static Object driverOf(TestLayer test, String name) {
        return test.layer.drivers().node(name).orElseThrow();
    }

    @Test
    void file_whosePathWasRenamed_isHandedOverByItsDescriptor() throws Exception {
        Path image = Files.write(folder.resolve("image"), filled(1 << 16, 1));
        try (TestLayer test = new TestLayer()) {
            RealDrivers.addTo(test, 1);
            addFile(test, "disk", image);
            try (Root root = test.writer("disk")) {
                write(root, 0, filled(512, 2));
                Path renamed = Files.move(image, folder.resolve("renamed"));
                Files.write(image, filled(1 << 16, 9)); // another file of the old name
                Object before = driverOf(test, "file");
                RealDrivers.addTo(test, 2);
                assertNotSame(before, driverOf(test, "file"), "a new version is there");
                assertArrayEquals(filled(512, 2), read(root, 0, 512));
                write(root, 512, filled(512, 3));
                byte[] content = Files.readAllBytes(renamed);
                assertArrayEquals(filled(512, 2), Arrays.copyOf(content, 512));
                assertArrayEquals(filled(512, 3), Arrays.copyOfRange(content, 512, 1024));
                assertArrayEquals(filled(1 << 16, 9), Files.readAllBytes(image));
            }
        }
    }

    @Test
    void rawOverFile_bothHandedOverUnderLoad_loseNothing() throws Exception {
        Path image = Files.write(folder.resolve("image"), new byte[1 << 20]);
        try (TestLayer test = new TestLayer()) {
            RealDrivers.addTo(test, 1);
            addFile(test, "disk", image);
            test.addOver("raw", "top", "disk");
            try (Root root = test.writer("top")) {
                AtomicBoolean stop = new AtomicBoolean();
                CompletableFuture<Integer> load = async(() -> load(root, stop));
                for (int version = 2; version < 8; version++) {
                    RealDrivers.addTo(test, version);
                }
                stop.set(true);
                assertTrue(get(load) > 0);
            }
            test.layer.delete("top");
            test.layer.delete("disk");
        }
    }

    /** Writes blocks all over the image, and reads every one again at the end. */
    private static int load(Root root, AtomicBoolean stop) throws IOException {
        int blocks = (1 << 20) / 4096;
        byte[] written = new byte[blocks];
        int done = 0;
        for (; !stop.get() || done < blocks; done++) {
            int block = (int) (done * 37L % blocks);
            written[block] = (byte) (1 + done % 100);
            write(root, block * 4096L, filled(4096, written[block]));
        }
        for (int block = 0; block < blocks; block++) {
            assertArrayEquals(filled(4096, written[block]), read(root, block * 4096L, 4096));
        }
        return done;
    }
}
