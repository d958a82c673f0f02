package org.ashlar.drivers.raw.internal.file;

import org.ashlar.spi.BlockException;
import org.ashlar.spi.Permissions;

/** Tells other programs what is done with an image. Thread-safe. */
sealed interface ImageLock permits ByteLocks, ImageLock.None {

    /** Tells nobody anything. Immutable. */
    ImageLock NONE = new None();

    /**
     * Announces what is used and shared from now on.
     *
     * @throws BlockException of kind {@code NOT_PERMITTED} if somebody is in the way; then nothing
     *     has changed
     */
    void hold(Permissions total) throws BlockException;

    /** Announces what was asked for last; fails as {@link #hold} does. */
    void activate() throws BlockException;

    /** Announces no more than reading, until {@link #activate}. */
    void inactivate() throws BlockException;

    /** Returns this for one more owner, who will {@link #release} it. */
    ImageLock share();

    /** Gives everything back once the last owner says so. */
    void release();

    /** What tells nobody anything. Immutable. */
    final class None implements ImageLock {
        private None() {}

        @Override
        public void hold(Permissions total) {}

        @Override
        public void activate() {}

        @Override
        public void inactivate() {}

        @Override
        public ImageLock share() {
            return this;
        }

        @Override
        public void release() {}
    }
}
