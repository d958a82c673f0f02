package org.ashlar.itest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.ashlar.itest.harness.Images;
import org.ashlar.itest.harness.Product;
import org.ashlar.itest.harness.Tools;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The product starts from anywhere, under every name it has, and fast. */
class LauncherIT {
    private final Product product = Product.assembled();

    @TempDir private Path folder;

    @Test
    void help_showsTheCommandTree() {
        String help = Tools.run(product.program("bin/ashlar"), "--help").out();

        for (String command : new String[] {"img", "io", "nbd", "daemon", "serve"}) {
            assertTrue(help.contains(command), help);
        }
    }

    @Test
    void launcher_whenLinkedFromElsewhere_findsItsHome() throws IOException {
        String program = product.program("bin/ashlar");
        Path link = Files.createSymbolicLink(folder.resolve("ashlar"), Path.of(program));
        Path again = Files.createSymbolicLink(folder.resolve("again"), link);

        Tools.Result linked = Tools.run(again, "--version");

        Files.delete(again);
        Files.delete(link);
        assertEquals(Tools.run(program, "--version").out(), linked.out());
    }

    @Test
    void copy_inAFolderWithBlanks_runs() {
        Product copy = product.copyTo(folder.resolve("a copy of it"));

        Tools.run(
                copy.program("bin/ashlar"),
                "img",
                "create",
                "-f",
                "qcow2",
                folder.resolve("i"),
                "1M");
        Images.checkClean(folder.resolve("i"));
    }

    @Test
    void image_whoseNameIsNotAscii_isFoundInAnyLocale() {
        // Spelt by the shell, as these tests may run in such a locale themselves.
        String name = "/gr\\303\\266.qcow2";
        String info = "exec \"$0\" info \"$1\"$'" + name + "'";
        Tools.run("bash", "-c", "qemu-img create -f qcow2 \"$1\"$'" + name + "' 1M", "-", folder);
        String told = Tools.run("bash", "-c", info, "qemu-img", folder).out();

        for (String locale : new String[] {"C", "", "C.UTF-8"}) {
            assertEquals(
                    told,
                    Tools.run(
                                    "env",
                                    "-u",
                                    "LC_CTYPE",
                                    "LANG=" + locale,
                                    "LC_ALL=" + locale,
                                    "bash",
                                    "-c",
                                    info,
                                    product.program("compat/qemu-img"),
                                    folder)
                            .out());
        }
    }

    @Test
    void compat_namesAreTheReferencesPrograms() {
        Path image = folder.resolve("image.qcow2");
        Tools.run(product.program("compat/qemu-img"), "create", "-f", "qcow2", image, "1M");

        assertEquals(
                Tools.run("qemu-img", "info", image).out(),
                Tools.run(product.program("compat/qemu-img"), "info", image).out());
        assertEquals(
                "qemu-img: Could not open 'none': Could not open 'none': No such file or"
                        + " directory\n",
                Tools.tryRun(product.program("compat/qemu-img"), "info", "none").fails().err());
        Tools.run(product.program("compat/qemu-io"), "-c", "read 0 512", image);
        Tools.run(product.program("compat/qemu-nbd"), "--version");
        Tools.run(product.program("compat/qemu-storage-daemon"), "--version");
    }

    @Test
    void commands_startFromTheAheadOfTimeCaches() {
        for (String command : new String[] {"img", "daemon"}) {
            Tools.run(
                    "env",
                    "ASHLAR_JAVA_OPTS=-XX:AOTMode=on",
                    product.program("bin/ashlar"),
                    command,
                    "--help");
        }
    }

    @Test
    void imgInfo_loadsEveryClassFromTheCache() {
        Path image = folder.resolve("image.qcow2");
        Tools.run(product.program("bin/ashlar"), "img", "create", "-f", "qcow2", image, "1M");

        String log =
                Tools.run(
                                "env",
                                "ASHLAR_JAVA_OPTS=-Xlog:class+load",
                                product.program("bin/ashlar"),
                                "img",
                                "info",
                                image)
                        .out();

        assertTrue(log.contains("org.ashlar.tools.Main source: shared objects file"), log);
        assertFalse(log.contains("source: file:"), log);
    }
}
