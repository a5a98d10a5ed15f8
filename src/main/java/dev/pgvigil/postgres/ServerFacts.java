package dev.pgvigil.postgres;

import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * What is known of a server since a session to it was opened.
 *
 * @param versionNumber as {@code server_version_num}: 180004
 * @param version as the server prints it: {@code 18.4}
 * @param superuser whether our role is one
 * @param monitor whether our role has {@code pg_monitor}'s privileges
 * @param reservedSlots whether our role may use reserved connection slots
 * @param extensions of the session's database, name to version
 * @param settings the settings that checks ask for, name to value in the server's base unit
 * @param unreadable tables and views of pg_catalog that our role may not read, though by default every role may
 */
public record ServerFacts(
        int versionNumber,
        String version,
        Role role,
        Instant startedAt,
        boolean superuser,
        boolean monitor,
        boolean reservedSlots,
        Map<String, String> extensions,
        Map<String, String> settings,
        Set<String> unreadable) {

    public ServerFacts {
        extensions = Map.copyOf(extensions);
        settings = Map.copyOf(settings);
        unreadable = Set.copyOf(unreadable);
    }

    /** Whether our role may read this table or view of pg_catalog. */
    public boolean reads(String relation) {
        return !unreadable.contains(relation);
    }

    /** 14, 15, … */
    public int major() {
        return versionNumber / 10_000;
    }
}
