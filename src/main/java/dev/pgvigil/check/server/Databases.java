package dev.pgvigil.check.server;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.FailureDiagnosis;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Discovery;
import dev.pgvigil.target.Target;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Which databases a server has: finds those to discover, and targets whose database is gone or closed. */
@Singleton
public final class Databases implements Check<Databases.Listing> {

    public static final String NAME = "databases";

    /** More than this are not listed. */
    public static final int MOST = 2000;

    /** {@code datconnlimit} of a database whose dropping was interrupted. */
    private static final int INVALID = -2;

    // Templates come last, so that they take no other's place in the list.
    private static final String SQL = """
            select datname, datistemplate, datallowconn, datconnlimit,
              pg_catalog.count(*) filter (where not datistemplate) over () as total,
              pg_catalog.count(*) filter (where datistemplate) over () as templates,
              pg_catalog.count(*) filter (where not datistemplate and datallowconn and datconnlimit <> -2) over () as accepting
            from pg_catalog.pg_database
            order by datistemplate, datname
            limit\s""" + MOST;

    /**
     * One database.
     *
     * @param template whether others are made from it: nobody's own, unless a target says so
     * @param connectionLimit -1: none; -2: the database is invalid, because dropping it was interrupted
     */
    public record Database(String name, boolean template, boolean allowsConnections, int connectionLimit) {

        boolean usable() {
            return allowsConnections && connectionLimit != INVALID;
        }
    }

    /**
     * The databases of a server.
     *
     * @param databases the first {@value #MOST} by name, templates behind all others
     * @param total how many there are, templates left out
     * @param templates how many of these there are
     * @param accepting how many accept connections, templates left out
     */
    public record Listing(List<Database> databases, long total, long templates, long accepting) {

        public Listing {
            databases = List.copyOf(databases);
        }

        /** Names of those that can be connected to, templates left out. */
        public List<String> usable() {
            return databases.stream()
                    .filter(database -> !database.template && database.usable())
                    .map(Database::name)
                    .toList();
        }

        /** Whether it has every database, templates too. */
        boolean whole() {
            return databases.size() == total + templates;
        }

        /** How many of the total it does not have. */
        long unlisted() {
            return total
                    - databases.stream().filter(database -> !database.template).count();
        }
    }

    private record Line(Database database, long total, long templates, long accepting) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.SERVER;
    }

    @Override
    public Duration interval() {
        return Duration.ofSeconds(30);
    }

    @Override
    public Uni<Listing> collect(Session session) {
        return session.rows(SQL, Databases::line).map(Databases::listing);
    }

    private static Listing listing(List<Line> lines) {
        return lines.isEmpty()
                ? new Listing(List.of(), 0, 0, 0)
                : new Listing(
                        lines.stream().map(Line::database).toList(),
                        lines.getFirst().total,
                        lines.getFirst().templates,
                        lines.getFirst().accepting);
    }

    private static Line line(Row row) {
        Database database = new Database(
                row.getString("datname"),
                row.getBoolean("datistemplate"),
                row.getBoolean("datallowconn"),
                row.getInteger("datconnlimit"));
        return new Line(database, row.getLong("total"), row.getLong("templates"), row.getLong("accepting"));
    }

    @Override
    public List<Finding> evaluate(Listing now, Previous<Listing> past, Target target) {
        return Stream.concat(own(now, target), leftOut(now, target).stream()).toList();
    }

    private static Stream<Finding> own(Listing now, Target target) {
        return now.databases().stream()
                .filter(database -> database.name().equals(target.database()))
                .findFirst()
                .map(Databases::evaluate)
                .orElseGet(() -> Optional.of(now.whole() ? missing(target) : unlisted(target, now.total())))
                .stream();
    }

    /** A database that discovery leaves out is watched by nobody, and looks like none. */
    private static Optional<Finding> leftOut(Listing now, Target target) {
        Discovery discovery = target.discovery();
        if (discovery == null) {
            return Optional.empty();
        }
        long found = now.usable().stream()
                .filter(database -> !database.equals(target.database()) && discovery.matches(database))
                .count();
        long beyond = Math.max(0, found - Discovery.MOST);
        long unlisted = now.unlisted();
        if (beyond + unlisted == 0) {
            return Optional.empty();
        }
        String observed = (beyond == 0 ? "" : "%d databases match the patterns, %d too many; ".formatted(found, beyond))
                + (unlisted == 0
                        ? ""
                        : "the server has %d databases, the last %d by name unseen; ".formatted(now.total(), unlisted));
        return Optional.of(Finding.of(
                        NAME,
                        "left-out",
                        Status.HEALTHY,
                        Severity.MEDIUM,
                        "databases that are not watched",
                        observed.substring(0, observed.length() - 2))
                .threshold("%d databases of one entry, %d of a server".formatted(Discovery.MOST, MOST))
                .cause("The server has more databases than one entry of the configuration may discover.")
                .action("Narrow include or widen exclude of target " + target.name()
                        + ", or divide its patterns among several entries. Databases beyond the first " + MOST
                        + " by name need entries of their own."));
    }

    private static Optional<Finding> evaluate(Database database) {
        if (database.usable()) {
            return Optional.empty();
        }
        boolean invalid = database.connectionLimit() == INVALID;
        FailureDiagnosis closed = FailureDiagnosis.closed(database.name(), invalid);
        return Optional.of(closed.explain(Finding.of(
                NAME,
                closed.key(),
                Status.UNHEALTHY,
                Severity.CRITICAL,
                closed.title(),
                invalid ? "datconnlimit is -2" : "datallowconn is false")));
    }

    private static Finding unlisted(Target target, long total) {
        return Finding.of(
                        NAME,
                        "unlisted",
                        Status.UNKNOWN,
                        Severity.LOW,
                        "database not among the first " + MOST,
                        "the server has " + total + " databases, and " + target.database()
                                + " is not among those listed")
                .cause("pgvigil lists the first " + MOST + " databases of a server by name.")
                .action("Nothing, if the database is there: only this check does not see it.")
                .sql("select datname, datallowconn, datconnlimit from pg_database where datname = "
                        + Sql.literal(target.database()).strip());
    }

    private static Finding missing(Target target) {
        return Finding.of(
                        NAME,
                        "missing",
                        Status.UNHEALTHY,
                        Severity.CRITICAL,
                        "database does not exist",
                        "the server has no database of this name")
                .cause("It was dropped or renamed, or the target's URL names another server.")
                .action("Correct the URL of target " + target.name() + ", or restore the database.");
    }

    @Override
    public void export(Listing now, MetricSink gauges) {
        gauges.gauge(
                "pgvigil_server_databases", "Databases of the server that accept connections.", (double) now.accepting);
    }
}
