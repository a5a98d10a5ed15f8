package dev.pgvigil.postgres;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Staggers connects over the whole fleet: at most so many at once, the rest in order. A place is a lease: it is given back
 * soon also by an attempt that is still unanswered. Such a one costs nothing, and a thousand servers that are out of reach
 * must not keep the others out.
 */
@Singleton
public class ConnectLimiter {

    static final int PLACES = 64;
    static final Duration LEASE = Duration.ofMillis(50);

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int taken;

    /** Runs the attempt now, or when a place is free; it calls {@link #leave} through its place. */
    void enter(Runnable attempt) {
        synchronized (this) {
            if (taken == PLACES) {
                waiting.add(attempt);
                return;
            }
            taken++;
        }
        attempt.run();
    }

    /** A place to give back, once. */
    Runnable place() {
        AtomicBoolean held = new AtomicBoolean(true);
        return () -> {
            if (held.compareAndSet(true, false)) {
                leave();
            }
        };
    }

    private void leave() {
        Runnable next;
        synchronized (this) {
            next = waiting.poll();
            if (next == null) {
                taken--;
            }
        }
        if (next != null) {
            next.run();
        }
    }
}
