package dev.pgvigil.check;

import dev.pgvigil.target.Session;
import dev.pgvigil.target.Sql;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;

/** Which databases a server has: finds those to discover, and targets whose database is gone or closed. */
@Singleton
public final class Databases implements Check<Databases.Listing> {

    public static final String NAME = "databases";

    /** More than this are not listed. */
    static final int MOST = 2000;

    private static final String SQL = """
            select datname, datallowconn, datconnlimit
            from pg_catalog.pg_database
            where not datistemplate
            order by datname
            limit\s""" + MOST;

    /**
     * One database.
     *
     * @param connectionLimit -1: none; -2: the database is invalid, because dropping it was interrupted
     */
    public record Database(String name, boolean allowsConnections, int connectionLimit) {

        boolean usable() {
            return allowsConnections && connectionLimit != -2;
        }
    }

    public record Listing(List<Database> databases) {

        public Listing {
            databases = List.copyOf(databases);
        }

        /** Names of those that can be connected to. */
        public List<String> usable() {
            return databases.stream()
                    .filter(Database::usable)
                    .map(Database::name)
                    .toList();
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Duration cadence() {
        return Duration.ofSeconds(30);
    }

    @Override
    public Uni<Listing> observe(Session session) {
        return session.rows(SQL, row -> new Database(row.getString(0), row.getBoolean(1), row.getInteger(2)))
                .map(Listing::new);
    }

    @Override
    public List<Finding> judge(Listing now, Past<Listing> past, Target target) {
        return now.databases().stream()
                .filter(database -> database.name().equals(target.database()))
                .findFirst()
                .map(Databases::judge)
                .orElseGet(() -> List.of(missing(target, now.databases().size() == MOST)));
    }

    private static List<Finding> judge(Database database) {
        if (database.usable()) {
            return List.of();
        }
        boolean invalid = database.connectionLimit() == -2;
        return List.of(Finding.of(
                        NAME,
                        "closed",
                        Status.UNHEALTHY,
                        Severity.CRITICAL,
                        invalid ? "database is invalid" : "database accepts no connections",
                        invalid ? "datconnlimit is -2" : "datallowconn is false")
                .cause(invalid ? "a DROP DATABASE was interrupted" : "connections were switched off on purpose")
                .action(invalid ? "drop the database and restore it from a backup" : "allow connections again")
                .sql(
                        invalid
                                ? "drop database " + Sql.identifier(database.name())
                                : "alter database " + Sql.identifier(database.name())
                                        + " with allow_connections true"));
    }

    private static Finding missing(Target target, boolean cut) {
        return cut
                ? Finding.of(
                        NAME,
                        "unlisted",
                        Status.UNKNOWN,
                        Severity.LOW,
                        "database not among the first " + MOST,
                        "the server has more databases than pgvigil lists")
                : Finding.of(
                                NAME,
                                "missing",
                                Status.UNHEALTHY,
                                Severity.CRITICAL,
                                "database does not exist",
                                "the server has no database of this name")
                        .cause("it was dropped or renamed, or the target's URL names another server")
                        .action("correct the URL of target " + target.name() + ", or restore the database");
    }

    @Override
    public void measure(Listing now, Gauges gauges) {
        gauges.gauge(
                "pgvigil_server_databases",
                "Databases of the server that accept connections.",
                now.usable().size());
    }
}
