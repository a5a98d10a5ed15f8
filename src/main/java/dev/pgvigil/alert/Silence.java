package dev.pgvigil.alert;

import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Severity;
import dev.pgvigil.target.Target;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Alerts that are not sent for a time. What was sent before is still resolved.
 *
 * @param id of the silence; for a maintenance, its place in the configuration
 * @param by who silences them
 */
record Silence(String id, Selector selector, Instant from, Instant until, String by, String reason) {

    boolean covers(String name, @Nullable Target target, Finding finding, Severity severity, Instant now) {
        return !now.isBefore(from) && now.isBefore(until) && selector.selects(name, target, finding, severity);
    }
}
