package dev.pgvigil.check.server;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.DatabaseListing;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.FailureDiagnosis;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
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

/** The databases of a server: those to discover, and targets whose database is missing or closed. */
@Singleton
public final class Databases implements Check<Databases.Listing> {

    public static final String NAME = "databases";

    /** {@code datconnlimit} of a database whose DROP DATABASE was interrupted. */
    private static final int INVALID = -2;

    // Templates come last, so that they displace no other database from the list.
    private static final String SQL = """
            select {datname} as datname, pg_catalog.pg_encoding_to_char(encoding)::text as encoding,
              datistemplate, datallowconn, datconnlimit, pg_catalog.has_database_privilege(oid, 'connect') as granted,
              pg_catalog.count(*) filter (where not datistemplate) over () as total,
              pg_catalog.count(*) filter (where datistemplate) over () as templates,
              pg_catalog.count(*) filter (where not datistemplate and datallowconn and datconnlimit <> -2) over () as accepting
            from pg_catalog.pg_database
            order by datistemplate, datname
            limit\s""".replace("{datname}", RawText.sql("datname")) + DatabaseListing.MOST;

    /**
     * One database.
     *
     * @param template whether it is a template; not discovered
     * @param connectionLimit -1: none; -2: the database is invalid, because DROP DATABASE was interrupted
     * @param connectGranted whether pgvigil's role has CONNECT
     * @param utf8 whether the name is UTF-8; pgvigil cannot connect to others
     */
    public record Database(
            String name,
            boolean template,
            boolean allowsConnections,
            int connectionLimit,
            boolean connectGranted,
            boolean utf8) {

        boolean usable() {
            return allowsConnections && connectionLimit != INVALID;
        }

        boolean discoverable() {
            return !template && usable() && connectGranted && utf8;
        }
    }

    /**
     * The databases of a server.
     *
     * @param databases the first {@value DatabaseListing#MOST} by name, templates after all others
     * @param total number of databases, without templates
     * @param templates number of templates
     * @param accepting number of databases that accept connections, without templates
     */
    public record Listing(List<Database> databases, long total, long templates, long accepting)
            implements DatabaseListing {

        public Listing {
            databases = List.copyOf(databases);
        }

        /** Names of those to which pgvigil can connect, without templates. */
        @Override
        public List<String> discoverable() {
            return databases.stream()
                    .filter(Database::discoverable)
                    .map(Database::name)
                    .toList();
        }

        /** Whether it contains every database, including templates. */
        boolean whole() {
            return databases.size() == total + templates;
        }

        /** Number of databases that it does not contain. */
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
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(30)).with(Policy.Reaction.DISCOVER_DATABASES);
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
                String.valueOf(RawText.of(row, "datname", row.getString("encoding"))),
                row.getBoolean("datistemplate"),
                row.getBoolean("datallowconn"),
                row.getInteger("datconnlimit"),
                Boolean.TRUE.equals(row.getBoolean("granted")), // null: dropped since the statement started
                RawText.isUtf8(row, "datname"));
        return new Line(database, row.getLong("total"), row.getLong("templates"), row.getLong("accepting"));
    }

    @Override
    public List<Finding> evaluate(Listing now, Previous<Listing> previous, Target target) {
        return Stream.of(own(now, target), leftOut(now, target), inaccessible(now, target))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> own(Listing now, Target target) {
        // Discovery removes its own targets when they are dropped or closed.
        if (target.isDiscovered()) {
            return Optional.empty();
        }
        return now.databases().stream()
                .filter(database -> database.utf8() && database.name().equals(target.database()))
                .findFirst()
                .map(Databases::evaluate)
                .orElseGet(() -> Optional.of(now.whole() ? missing(now, target) : unlisted(target, now.total())));
    }

    /** Databases over the limit are not monitored, so this must be reported. */
    private static Optional<Finding> leftOut(Listing now, Target target) {
        Discovery discovery = target.discovery();
        if (discovery == null) {
            return Optional.empty();
        }
        long found = now.discoverable().stream()
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
                        : "the server has %d databases, the last %d by name are not listed; "
                                .formatted(now.total(), unlisted));
        return Optional.of(Finding.of(
                        NAME,
                        "left-out",
                        Status.HEALTHY,
                        Severity.MEDIUM,
                        "databases that are not monitored",
                        observed.substring(0, observed.length() - 2))
                .threshold("%d databases of one entry, %d of a server".formatted(Discovery.MOST, DatabaseListing.MOST))
                .cause("The server has more databases than one entry of the configuration may discover.")
                .action("Narrow include or widen exclude of target " + target.name()
                        + ", or divide its patterns among several entries. Databases beyond the first "
                        + DatabaseListing.MOST
                        + " by name need entries of their own.")
                .expectedEffect("Every database that the patterns mean is monitored."));
    }

    /** Databases that match the patterns but to which pgvigil cannot connect: private ones, or a grant is missing. */
    private static Optional<Finding> inaccessible(Listing now, Target target) {
        Discovery discovery = target.discovery();
        if (discovery == null) {
            return Optional.empty();
        }
        List<Database> databases = now.databases().stream()
                .filter(database -> !database.template() && database.usable() && !database.discoverable())
                .filter(database -> !database.name().equals(target.database()) && discovery.matches(database.name()))
                .toList();
        return databases.stream()
                .findFirst()
                .map(first -> Finding.of(
                                NAME,
                                "inaccessible",
                                Status.HEALTHY,
                                Severity.LOW,
                                "databases that pgvigil cannot connect to",
                                HumanFormat.count(databases.size(), "database") + " not discovered, first "
                                        + first.name())
                        .evidence(databases.stream()
                                .limit(EvidenceRow.MOST)
                                .map(database -> EvidenceRow.of(
                                        "datname",
                                        database.name(),
                                        "reason",
                                        database.utf8() ? "CONNECT is not granted" : "the name is not UTF-8"))
                                .toList())
                        .cause("CONNECT was revoked from PUBLIC and is not granted to "
                                + target.server().user()
                                + ", as for the databases that providers keep for themselves; or the name was given in another "
                                + "encoding than UTF-8.")
                        .action(
                                "Grant CONNECT to monitor the database, or rename it; otherwise add it to exclude of target "
                                        + target.name() + ".")
                        .expectedEffect("The database is monitored, or its absence is on purpose.")
                        .sql(FailureDiagnosis.grantConnect(
                                first.name(), target.server().user())));
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
                        "database not among the first " + DatabaseListing.MOST,
                        "the server has " + total + " databases, and " + target.database() + " is not among the first "
                                + DatabaseListing.MOST)
                .cause("pgvigil lists the first " + DatabaseListing.MOST + " databases of a server by name.")
                .action("None if the database exists: only this check does not see it.")
                .sql("select datname, datallowconn, datconnlimit from pg_database where datname = "
                        + Sql.literal(target.database()).strip());
    }

    private static Finding missing(Listing now, Target target) {
        boolean encoded =
                now.databases().stream().anyMatch(database -> database.name().equals(target.database()));
        return Finding.of(
                        NAME,
                        "missing",
                        Status.UNHEALTHY,
                        Severity.CRITICAL,
                        "database does not exist",
                        encoded
                                ? "the server has a database of this name, but the name is not UTF-8"
                                : "the server has no database of this name")
                .cause(
                        encoded
                                ? "The name was given in another encoding, and pgvigil connects by names in UTF-8."
                                : "It was dropped or renamed, or the target's URL names another server.")
                .action("Correct the URL of target " + target.name() + ", or restore the database.");
    }

    @Override
    public void export(Listing now, MetricSink sink) {
        sink.gauge(
                "pgvigil_server_databases", "Databases of the server that accept connections.", (double) now.accepting);
    }
}
