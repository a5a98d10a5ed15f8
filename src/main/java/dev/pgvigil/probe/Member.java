package dev.pgvigil.probe;

import dev.pgvigil.check.Status;
import dev.pgvigil.watch.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a group makes of one of its targets.
 *
 * @param up whether it counts as up
 * @param cause of the status, short and without figures of the database; asked for only where it is shown
 * @param beat its latest heartbeat; null: never observed
 * @param age of that heartbeat; null as that is
 */
record Member(
        String target,
        Status status,
        boolean up,
        Supplier<String> cause,
        @Nullable Outcome<?> beat,
        @Nullable Duration age) {

    /** A target that a group names and that does not exist. */
    static Member missing(String target) {
        return new Member(target, Status.UNKNOWN, false, () -> "no such target", null, null);
    }

    /** When its latest heartbeat was; null: never observed. */
    @Nullable
    Instant at() {
        return beat == null ? null : beat.at();
    }

    /** {@code unhealthy: heartbeat/unreachable}. */
    String reason() {
        return status.name().toLowerCase(Locale.ROOT) + ": " + cause.get();
    }
}
