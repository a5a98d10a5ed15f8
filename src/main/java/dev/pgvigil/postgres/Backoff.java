package dev.pgvigil.postgres;

import dev.pgvigil.postgres.Failure.Reason;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The pause before the next attempt to connect, and the timeout of an attempt. Attempts to a server that is down are frequent
 * enough to detect its return within two seconds; attempts to one that refuses the credentials are rare.
 */
final class Backoff {

    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration FIRST_ANSWER_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration LONGEST_ANSWER_TIMEOUT = Duration.ofSeconds(15);

    private final RandomGenerator random;
    private int failures;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    void succeeded() {
        failures = 0;
    }

    /** Counts a failure and returns the pause after it: doubled each time, capped, and shortened by up to a quarter. */
    Duration failed(Failure failure) {
        failures++;
        long pause = Math.min(doubled(FIRST), longestPause(failure.reason()).toMillis());
        return Duration.ofMillis(pause - random.nextLong(pause / 4 + 1));
    }

    /**
     * How long an attempt may wait for the server's answer once TCP is connected. It grows: a frozen server must start a
     * process for each new attempt when it resumes, but answers a waiting one at once.
     *
     * @param silent whether the server answers nothing: {@link SilenceProbe} detects the end of that, so one attempt is enough
     */
    Duration answerTimeout(boolean silent) {
        long answerTimeout = FIRST_ANSWER_TIMEOUT.toMillis() << Math.min(failures, 8);
        return silent
                ? LONGEST_ANSWER_TIMEOUT
                : Duration.ofMillis(Math.min(answerTimeout, LONGEST_ANSWER_TIMEOUT.toMillis()));
    }

    private long doubled(Duration first) {
        return first.toMillis() << Math.min(failures - 1, 20);
    }

    private static Duration longestPause(Reason reason) {
        return switch (reason) {
            // Recovery needs a second heartbeat, half a second later: within two seconds on a busy machine too.
            case CONNECT -> Duration.ofMillis(750);
            // The attempt itself took a second.
            case TIMEOUT -> Duration.ofMillis(400);
            case CAPACITY -> Duration.ofSeconds(1);
            case LOCAL -> Duration.ofSeconds(5);
            case TLS, UNSUPPORTED, QUERY -> Duration.ofSeconds(10);
            case AUTH, PERMISSION -> Duration.ofSeconds(15);
        };
    }
}
