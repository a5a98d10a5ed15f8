package dev.pgvigil.testing;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits with a deadline. */
final class Waiting {

    static final Duration LIMIT = Duration.ofSeconds(30);

    private Waiting() {}

    /** Returns once the condition holds; throws if it does not within {@link #LIMIT}. */
    static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + LIMIT.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException("not within " + LIMIT.toSeconds() + " s: " + what);
            }
            pause(Duration.ofMillis(10));
        }
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
