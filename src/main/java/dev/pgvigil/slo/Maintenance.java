package dev.pgvigil.slo;

import dev.pgvigil.target.Glob;
import java.time.Instant;

/** A time that does not count for the budgets of some targets. */
record Maintenance(Instant from, Instant until, Glob targets, String reason) {

    boolean covers(String target, Instant now) {
        return !now.isBefore(from) && now.isBefore(until) && targets.matches(target);
    }
}
