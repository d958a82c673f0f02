package org.ashlar.drivers.raw.internal.file;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.ashlar.drivers.raw.internal.linux.LinuxCalls;
import org.ashlar.drivers.raw.internal.linux.SystemCalls;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which writes a thread that must not wait makes by itself. */
class InlineWritesTest {
    @TempDir Path folder;
    private final AtomicLong clock = new AtomicLong();
    private final InlineWrites inline = new InlineWrites(clock::get);
    private OpenFile file;

    @BeforeEach
    void open() throws IOException {
        Path path = Files.write(folder.resolve("x.img"), new byte[1 << 20]);
        SystemCalls calls = LinuxCalls.ofThisMachine();
        file = new Opener(calls, FileKind.FILE, path.toString()).open(new OpenMode(true, false));
    }

    @AfterEach
    void close() {
        file.close();
    }

    @Test
    void admit_ofShortWritesToWholeOrCachedPages_isGiven() {
        assertTrue(inline.admit(file, 0, 4096));
        assertTrue(inline.admit(file, 512, 1024));
        assertTrue(inline.admit(file, 2 << 20, 100), "there is nothing to read past the end");
    }

    @Test
    void admit_ofALongWrite_isRefused() {
        assertTrue(inline.admit(file, 0, 1 << 20));
        assertFalse(inline.admit(file, 0, 2 << 20));
    }

    @Test
    void admit_ofAPartOfAPageThatIsNotCached_isRefused() throws IOException {
        assertTrue(file.sync() == 0);
        file.dropCache();
        assertFalse(inline.admit(file, 512, 1024));
        // Far away, as the question above makes the kernel read ahead.
        int far = 768 << 10;
        assertFalse(inline.admit(file, far, 4096 + 512), "the last page is written in part");
        assertTrue(inline.admit(file, far, 4096), "a whole page needs no reading");
    }

    @Test
    void admit_afterASlowWrite_isRefusedForAWhile() {
        long began = inline.began();
        clock.addAndGet(4_000_000);
        inline.ended(began);
        assertTrue(inline.admit(file, 0, 4096));
        clock.addAndGet(4_000_000);
        inline.ended(began);
        assertFalse(inline.admit(file, 0, 4096));
        clock.addAndGet(31_000_000);
        assertFalse(inline.admit(file, 0, 4096));
        clock.addAndGet(1_000_000);
        assertTrue(inline.admit(file, 0, 4096));
    }
}
