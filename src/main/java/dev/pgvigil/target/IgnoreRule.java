package dev.pgvigil.target;

import java.time.Instant;

/**
 * Findings that are known and accepted for a time: {@code ignore} in the configuration.
 *
 * @param finding pattern of their keys
 * @param database pattern of the names of the targets that have them
 * @param reason shown wherever such a finding is shown
 * @param until when they count again
 */
public record IgnoreRule(Glob finding, Glob database, String reason, Instant until) {

    public boolean applies(String key, String target, Instant now) {
        return now.isBefore(until) && finding.matches(key) && database.matches(target);
    }
}
