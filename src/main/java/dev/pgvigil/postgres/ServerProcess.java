package dev.pgvigil.postgres;

import static java.util.stream.Collectors.joining;

import java.util.Collection;

/**
 * The server process of a session.
 *
 * @param startedAt in the server's format; tells apart processes that reuse a process ID
 */
record ServerProcess(int pid, String startedAt) {

    /** A statement that ends these processes if they still exist; they must belong to pgvigil's role. */
    static String end(Collection<ServerProcess> processes) {
        return "select pg_catalog.pg_terminate_backend(a.pid) from pg_catalog.pg_stat_get_activity(null) a"
                + " where (a.pid, a.backend_start::text) in ("
                + processes.stream().map(ServerProcess::row).collect(joining(", ")) + ")";
    }

    private String row() {
        return "(" + pid + ", " + Sql.literal(startedAt).strip() + ")";
    }
}
