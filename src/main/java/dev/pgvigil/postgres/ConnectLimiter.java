package dev.pgvigil.postgres;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Limits concurrent connects over the whole fleet; the rest wait in order. A place is a lease: an attempt that is still
 * unanswered gives it back too. Such an attempt costs nothing, and a thousand unreachable servers must not delay the others.
 */
@Singleton
public class ConnectLimiter {

    static final int PLACES = 64;
    static final Duration LEASE = Duration.ofMillis(50);

    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private int taken;

    /** Runs the attempt now, or when a place is free. The attempt gives its {@link #place} back. */
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

    /** Gives a place back; calls after the first have no effect. */
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
