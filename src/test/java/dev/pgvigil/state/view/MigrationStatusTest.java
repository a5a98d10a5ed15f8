package dev.pgvigil.state.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pgvigil.check.MigrationProgress;
import dev.pgvigil.postgres.Failure;
import dev.pgvigil.state.Outcome;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MigrationStatusTest {

    private record Progress(
            boolean hasHistory,
            @Nullable String currentVersion,
            @Nullable Integer pendingMigrations) implements MigrationProgress {}

    @Test
    void showsVersionAndPending() {
        assertThat(status(new Progress(true, "7", 2))).isEqualTo(new StatusView.MigrationStatus("7", 2));
        assertThat(status(new Progress(true, "7", null))).isEqualTo(new StatusView.MigrationStatus("7", null));
    }

    /** No history, no observation, or an observation that may be old. */
    @Test
    void isNullWhileUnknown() {
        assertThat(status(new Progress(false, null, null))).isNull();
        assertThat(StatusView.MigrationStatus.of(null)).isNull();
        Failure failure = Failure.of(Failure.Reason.TIMEOUT, "no answer");
        assertThat(StatusView.MigrationStatus.of(new Outcome.Failed<>(
                        Instant.EPOCH, Duration.ZERO, failure, observed(new Progress(true, "7", 0)))))
                .isNull();
    }

    private static StatusView.@Nullable MigrationStatus status(Progress progress) {
        return StatusView.MigrationStatus.of(observed(progress));
    }

    private static Outcome.Observed<Progress> observed(Progress progress) {
        return new Outcome.Observed<>(Instant.EPOCH, Duration.ZERO, progress);
    }
}
