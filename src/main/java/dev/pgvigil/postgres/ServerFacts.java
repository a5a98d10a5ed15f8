package dev.pgvigil.postgres;

import java.time.Instant;
import java.util.Map;
import java.util.Set;

/**
 * Facts about a server, read when a session was opened.
 *
 * @param versionNumber as {@code server_version_num}: 180004
 * @param version as the server prints it: {@code 18.4}
 * @param superuser whether pgvigil's role is a superuser
 * @param monitor whether pgvigil's role has the privileges of {@code pg_monitor}
 * @param reservedSlots whether pgvigil's role may use reserved connection slots
 * @param extensions of the session's database, name to version
 * @param settings the settings that checks use, name to value in the server's base unit
 * @param unreadable relations of pg_catalog that pgvigil's role may not read, though by default every role may
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

    /** Whether pgvigil's role may read this table or view of pg_catalog. */
    public boolean reads(String relation) {
        return !unreadable.contains(relation);
    }

    /** 14, 15, … */
    public int major() {
        return versionNumber / 10_000;
    }
}
