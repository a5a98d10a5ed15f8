package dev.pgvigil.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.postgres.Failure.Reason;
import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BackoffTest {

    @Property
    void retriesRefusedConnectionWithin750Milliseconds(
            @ForAll @IntRange(min = 1, max = 10_000) int failures, @ForAll long seed) {
        Backoff backoff = new Backoff(new Random(seed));
        Duration pause = Duration.ZERO;
        for (int i = 0; i < failures; i++) {
            pause = backoff.failed(Failure.of(Reason.CONNECT, "refused"));
        }
        assertThat(pause).isBetween(Duration.ofMillis(75), Duration.ofMillis(750));
    }

    @Test
    void doublesPauseUpToLimitOfReason() {
        Backoff backoff = new Backoff(new Random(1));
        for (long most : new long[] {100, 200, 400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000}) {
            Duration pause = backoff.failed(Failure.of(Reason.AUTH, "no"));
            assertThat(pause).isBetween(Duration.ofMillis(most * 3 / 4), Duration.ofMillis(most));
        }
        backoff.succeeded();
        assertThat(backoff.failed(Failure.of(Reason.AUTH, "no"))).isLessThanOrEqualTo(Duration.ofMillis(100));
    }

    @Test
    void increasesAnswerTimeoutTo15Seconds() {
        Backoff backoff = new Backoff(new Random(1));
        assertThat(backoff.answerTimeout(false)).isEqualTo(Duration.ofSeconds(3));
        assertThat(backoff.answerTimeout(true)).isEqualTo(Duration.ofSeconds(15));
        backoff.failed(Failure.of(Reason.TIMEOUT, "mute"));
        assertThat(backoff.answerTimeout(false)).isEqualTo(Duration.ofSeconds(6));
        for (int i = 0; i < 10; i++) {
            backoff.failed(Failure.of(Reason.TIMEOUT, "mute"));
        }
        assertThat(backoff.answerTimeout(false)).isEqualTo(Duration.ofSeconds(15));
    }
}
