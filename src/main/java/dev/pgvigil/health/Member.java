package dev.pgvigil.health;

import dev.pgvigil.check.Status;
import dev.pgvigil.state.Outcome;
import dev.pgvigil.target.Glob;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a group makes of one of its targets.
 *
 * @param target its name, or the pattern that matches none
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

    /** What a group names and no target has; of a pattern nobody knows how many it stands for, so it is one. */
    static Member missing(Glob name) {
        String cause = name.exact() ? "no such target" : "matches no target";
        return new Member(name.pattern(), Status.UNKNOWN, false, () -> cause, null, null);
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
