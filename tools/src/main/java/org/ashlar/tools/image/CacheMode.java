package org.ashlar.tools.image;

import java.util.Optional;

/** The reference's names for how an image is cached. */
public enum CacheMode {
    NONE("none", true, false, false),
    WRITEBACK("writeback", false, false, false),
    WRITETHROUGH("writethrough", false, false, true),
    DIRECTSYNC("directsync", true, false, true),
    UNSAFE("unsafe", false, true, false);

    private final String text;
    private final boolean direct;
    private final boolean noFlush;
    private final boolean writethrough;

    CacheMode(String text, boolean direct, boolean noFlush, boolean writethrough) {
        this.text = text;
        this.direct = direct;
        this.noFlush = noFlush;
        this.writethrough = writethrough;
    }

    /** Returns the mode of that name. */
    public static Optional<CacheMode> of(String name) {
        if (name.equals("off")) {
            return Optional.of(NONE);
        }
        for (CacheMode mode : values()) {
            if (mode.text.equals(name)) {
                return Optional.of(mode);
            }
        }
        return Optional.empty();
    }

    /** Returns whether the host's page cache is bypassed. */
    public boolean direct() {
        return direct;
    }

    /** Returns whether flushes are ignored. */
    public boolean noFlush() {
        return noFlush;
    }

    /** Returns whether every write reaches stable storage before it is acknowledged. */
    public boolean writethrough() {
        return writethrough;
    }
}
