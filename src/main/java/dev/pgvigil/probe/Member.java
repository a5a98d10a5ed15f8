package dev.pgvigil.probe;

import dev.pgvigil.check.Status;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a group makes of one of its targets.
 *
 * @param up whether it counts as up
 * @param reason of the status, short and without figures of the database
 * @param age of its latest heartbeat; null: never observed
 * @param at when that was
 */
record Member(
        String target,
        Status status,
        boolean up,
        String reason,
        @Nullable Duration age,
        @Nullable Instant at) {

    /** A target that a group names and that does not exist. */
    static Member missing(String target) {
        return new Member(target, Status.UNKNOWN, false, "no such target", null, null);
    }
}
