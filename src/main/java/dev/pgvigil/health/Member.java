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
 * The state of one target within a group.
 *
 * @param target name of the target, or the pattern that matches none
 * @param up whether it counts as up
 * @param cause cause of the status, without figures of the database; computed only when shown
 * @param beat latest heartbeat; null: never observed
 * @param age age of that heartbeat; null: never observed
 */
record Member(
        String target,
        Status status,
        boolean up,
        Supplier<String> cause,
        @Nullable Outcome<?> beat,
        @Nullable Duration age) {

    /** A name or pattern without a target. A pattern counts as one member. */
    static Member missing(Glob name) {
        String cause = name.exact() ? "no such target" : "matches no target";
        return new Member(name.pattern(), Status.UNKNOWN, false, () -> cause, null, null);
    }

    /** The time of the latest heartbeat; null: never observed. */
    @Nullable
    Instant at() {
        return beat == null ? null : beat.at();
    }

    /** {@code unhealthy: heartbeat/unreachable}. */
    String reason() {
        return status.name().toLowerCase(Locale.ROOT) + ": " + cause.get();
    }
}
