package dev.pgvigil.bench;

import dev.pgvigil.testing.PgServer;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;

/** Resource usage of a PostgreSQL server's processes, read from outside at no cost to the server. */
record ServerLoad(PgServer server, Proc postmaster) {

    static ServerLoad of(PgServer server) throws IOException {
        String pid = Files.readAllLines(server.data().resolve("postmaster.pid")).getFirst();
        return new ServerLoad(server, new Proc(Long.parseLong(pid.strip())));
    }

    /** CPU time of the postmaster and its children, including those that have ended. */
    Duration cpu() {
        return postmaster.children().stream()
                .map(Proc::firstThread)
                .reduce(postmaster.firstThread().plus(postmaster.endedChildren()), Duration::plus);
    }

    /** Number of connections that a role has open. */
    long connections(String role) {
        return postmaster.children().stream()
                .filter(child -> child.title().startsWith("postgres: " + role + " "))
                .count();
    }

    /** Number of connections that a role has opened since the server was created; the server must log connections. */
    long opened(String role) {
        return server.log()
                .lines()
                .filter(line -> line.contains("connection authorized: user=" + role + " "))
                .count();
    }

    /** Cost of a role's statements since the counters were reset. */
    Statements statements(String role) {
        List<String> figures =
                List.of(String.valueOf(server.value("""
                        select coalesce(sum(calls), 0) || ' ' || coalesce(sum(total_exec_time + total_plan_time), 0)
                        from pg_stat_statements s join pg_roles r on r.oid = s.userid
                        where r.rolname = '%s'""".formatted(role))).split(" ", -1));
        return new Statements(Long.parseLong(figures.getFirst()), Double.parseDouble(figures.getLast()));
    }

    /** Statements of a role, and their time, planning included. */
    record Statements(long calls, double milliseconds) {}
}
