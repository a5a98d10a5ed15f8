package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt to connect, and how long an attempt may stay unanswered. A server that is
 * down is asked often enough to be seen within two seconds of its return; one that refuses our credentials is left alone.
 */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration FIRST_PATIENCE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PATIENCE = Duration.ofSeconds(15);

    private final RandomGenerator random;
    private int failures;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    void succeeded() {
        failures = 0;
    }

    /** Counts a failure and tells the pause that follows it: doubled each time, capped, and shortened by up to a quarter. */
    Duration failed(Failure failure) {
        failures++;
        long pause = Math.min(doubled(FIRST), longest(failure.reason()).toMillis());
        return Duration.ofMillis(pause - random.nextLong(pause / 4 + 1));
    }

    /**
     * How long an attempt that got its TCP connection may wait for the server's answer. It grows, because to a frozen
     * server each new attempt is one more process to start when it thaws, while the one that waits is answered at once.
     */
    Duration patience() {
        long patience = FIRST_PATIENCE.toMillis() << Math.min(failures, 8);
        return Duration.ofMillis(Math.min(patience, LONGEST_PATIENCE.toMillis()));
    }

    private long doubled(Duration first) {
        return first.toMillis() << Math.min(failures - 1, 20);
    }

    private static Duration longest(Reason reason) {
        return switch (reason) {
            // With half a second for the second heartbeat that a return needs, within two seconds on a busy machine
            // too.
            case CONNECT -> Duration.ofMillis(750);
            // The attempt has taken a second already.
            case TIMEOUT -> Duration.ofMillis(400);
            case CAPACITY -> Duration.ofSeconds(1);
            case LOCAL -> Duration.ofSeconds(5);
            case TLS, UNSUPPORTED, QUERY -> Duration.ofSeconds(10);
            case AUTH, PERMISSION -> Duration.ofSeconds(15);
        };
    }
}
