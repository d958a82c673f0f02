package org.ashlar.tools.daemon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.ashlar.core.EmbeddedLayer;
import org.ashlar.core.LayerSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleTest {

    @TempDir private Path folder;

    @Test
    void sample_isAnOverlayOnABase_asTheReferenceReadsIt() throws Exception {
        Path overlay;
        try (EmbeddedLayer layer = EmbeddedLayer.start(LayerSettings.DEFAULT)) {
            overlay = new Sample(layer.layer(), folder).create();
        }

        assertTrue(run("qemu-img", "check", overlay.toString()).contains("No errors"));
        String chain = run("qemu-img", "info", "--backing-chain", overlay.toString());
        assertTrue(chain.contains("base.qcow2"), chain);
        Path raw = folder.resolve("raw");
        run("qemu-img", "convert", "-O", "raw", overlay.toString(), raw.toString());
        byte[] bytes = Files.readAllBytes(raw);
        assertEquals(Sample.LENGTH, bytes.length);
        assertEquals("This sector is in the overlay.\n", text(bytes, 0));
        assertEquals("This sector is in the base.\n", text(bytes, 512));
        assertEquals("This sector is in the base.\n", text(bytes, (1 << 20) - 512));
        assertEquals("", text(bytes, 1 << 20));
    }

    private static String text(byte[] bytes, int offset) {
        int end = offset;
        while (bytes[end] != 0) {
            end++;
        }
        return new String(Arrays.copyOfRange(bytes, offset, end), StandardCharsets.US_ASCII);
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }
}
