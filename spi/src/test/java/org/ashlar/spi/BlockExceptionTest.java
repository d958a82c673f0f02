package org.ashlar.spi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import org.ashlar.spi.BlockException.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Errors carry a kind, a line and a trace, but for the one that is no error. */
class BlockExceptionTest {

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = "WOULD_BLOCK", mode = EnumSource.Mode.EXCLUDE)
    void error_hasItsTrace(Kind kind) {
        BlockException error = new BlockException(kind, "a line");
        assertSame(kind, error.kind());
        assertEquals("a line", error.getMessage());
        assertEquals(getClass().getName(), error.getStackTrace()[0].getClassName());
    }

    @Test
    void wouldBlock_isShared_andHasNoTrace() {
        assertSame(BlockException.wouldBlock(), BlockException.wouldBlock());
        assertSame(Kind.WOULD_BLOCK, BlockException.wouldBlock().kind());
        assertEquals(0, BlockException.wouldBlock().getStackTrace().length);
        assertEquals(0, new BlockException(Kind.WOULD_BLOCK, "wait").getStackTrace().length);
    }

    @Test
    void cause_isKept() {
        IOException cause = new IOException("beneath");
        assertSame(cause, new BlockException(Kind.IO, "a line", cause).getCause());
    }

    @Test
    void shortForms_haveTheirKinds() {
        assertSame(Kind.INVALID, BlockException.invalid("no").kind());
        assertSame(Kind.UNSUPPORTED, BlockException.unsupported("flying").kind());
        assertTrue(BlockException.unsupported("flying").getMessage().startsWith("flying"));
    }
}
