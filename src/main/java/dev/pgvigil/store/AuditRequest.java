package dev.pgvigil.store;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A part of the audit of a target, the newest row first.
 *
 * @param checkType only rows of this check; null: all
 * @param before rows after this one in that order; null: from the newest
 * @param limit rows at most
 */
public record AuditRequest(
        Instant from,
        Instant to,
        @Nullable String checkType,
        @Nullable Place before,
        int limit) {

    /** The most rows of an answer. */
    public static final int ROWS = 1_000;

    /** Of a row in the order of time. */
    public record Place(Instant timestamp, UUID id) {}
}
