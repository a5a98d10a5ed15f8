package dev.pgvigil.postgres;

import static java.util.stream.Collectors.joining;

import java.util.Collection;

/**
 * The server's process behind a session.
 *
 * @param startedAt as the server writes it; with it a number that is used again is not taken for the same process
 */
record ServerProcess(int pid, String startedAt) {

    /** Ends these if they are there still; they must be of our own role. */
    static String end(Collection<ServerProcess> processes) {
        return "select pg_catalog.pg_terminate_backend(a.pid) from pg_catalog.pg_stat_get_activity(null) a"
                + " where (a.pid, a.backend_start::text) in ("
                + processes.stream().map(ServerProcess::row).collect(joining(", ")) + ")";
    }

    private String row() {
        return "(" + pid + ", " + Sql.literal(startedAt).strip() + ")";
    }
}
