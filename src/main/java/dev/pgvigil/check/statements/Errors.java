package dev.pgvigil.check.statements;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.DatabaseListing;
import dev.pgvigil.check.Debounce;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.check.capacity.ConnectionAggregator;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The share of transactions that are rolled back, per database. */
@Singleton
public final class Errors implements Check<Errors.Counts> {

    public static final String NAME = "errors";

    static final Threshold ROLLBACKS =
            Threshold.ratio(NAME, "rollbacks", 0.01, "Share of transactions rolled back that is a finding");
    static final Threshold ROLLBACKS_DEGRADED = Threshold.ratio(
            NAME, "rollbacks-degraded", 0.05, "Share of transactions rolled back that degrades the target");
    static final Threshold TRANSACTIONS = Threshold.count(
            NAME, "transactions", 200, "Transactions between two collections that a share needs to be judged");

    /** A few rollbacks are no share. */
    static final long LEAST = 10;

    // The functions under pg_stat_database.
    private static final String SQL = """
            select {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) as reset_at,
              pg_catalog.pg_stat_get_db_xact_commit(d.oid) as commits,
              pg_catalog.pg_stat_get_db_xact_rollback(d.oid) as rollbacks
            from pg_catalog.pg_database d
            order by d.datistemplate, d.datname
            limit\s""".replace("{datname}", RawText.sql("d.datname")) + DatabaseListing.MOST;

    /**
     * The transactions of one database since its statistics began.
     *
     * @param resetAt time of the last reset; null: never reset
     */
    public record Database(String datname, @Nullable OffsetDateTime resetAt, long commits, long rollbacks) {

        /** The transactions since then; counters that were reset, or lost in a crash, began at zero. */
        Database since(Database before) {
            boolean again = !Objects.equals(resetAt, before.resetAt)
                    || commits < before.commits
                    || rollbacks < before.rollbacks;
            return again
                    ? this
                    : new Database(datname, resetAt, commits - before.commits, rollbacks - before.rollbacks);
        }

        double share() {
            return commits + rollbacks == 0 ? 0 : (double) rollbacks / (commits + rollbacks);
        }
    }

    /** The transactions of all databases. */
    public record Counts(List<Database> databases) {

        public Counts {
            databases = List.copyOf(databases);
        }

        Optional<Database> in(String database) {
            return databases.stream()
                    .filter(one -> one.datname.equals(database))
                    .findFirst();
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
    public Policy policy() {
        // Before 15 each reader of these counters waits for the statistics collector.
        return Policy.every(Duration.ofMinutes(1))
                .before(15, Duration.ofMinutes(10))
                .with(new Debounce(2, 3));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(ROLLBACKS, ROLLBACKS_DEGRADED, TRANSACTIONS);
    }

    @Override
    public Uni<Counts> collect(Session session) {
        return session.rows(SQL, Errors::database).map(Counts::new);
    }

    @Override
    public List<Finding> evaluate(Counts now, Previous<Counts> previous, Target target) {
        Counts last = previous.value();
        if (last == null) {
            return List.of();
        }
        return now.in(target.database()).stream()
                .flatMap(database -> last.in(target.database()).stream().map(database::since))
                .flatMap(lately -> finding(lately, previous.elapsed(), target.thresholds()).stream())
                .toList();
    }

    private static Optional<Finding> finding(Database lately, Duration elapsed, Thresholds limits) {
        double share = lately.share();
        if (lately.commits + lately.rollbacks < limits.of(TRANSACTIONS)
                || lately.rollbacks < LEAST
                || share < limits.of(ROLLBACKS)) {
            return Optional.empty();
        }
        boolean degraded = share >= limits.of(ROLLBACKS_DEGRADED);
        return Optional.of(Finding.of(
                        NAME,
                        "rollbacks",
                        degraded ? Status.DEGRADED : Status.HEALTHY,
                        degraded ? Severity.MEDIUM : Severity.LOW,
                        "many transactions are rolled back",
                        HumanFormat.percent(share) + " of " + (lately.commits + lately.rollbacks)
                                + " transactions were rolled back in the last "
                                + HumanFormat.seconds(elapsed.toMillis() / 1000.0))
                .threshold("from %s, degraded from %s"
                        .formatted(
                                HumanFormat.percent(limits.of(ROLLBACKS)),
                                HumanFormat.percent(limits.of(ROLLBACKS_DEGRADED))))
                .evidence(List.of(EvidenceRow.of(
                        "datname", lately.datname,
                        "xact_commit", lately.commits,
                        "xact_rollback", lately.rollbacks)))
                .cause(
                        "Statements fail (constraints, timeouts, deadlocks, errors after a release), or the application ends "
                                + "transactions with ROLLBACK by design, as some pools do after reading.")
                .action(
                        "Look for errors in the server's log at this time, by SQLSTATE. If the application rolls back by design, "
                                + "raise thresholds.errors for this target.")
                .expectedEffect("Less work is thrown away and repeated.")
                .sql("select xact_commit, xact_rollback, stats_reset from pg_stat_database where datname = "
                        + Sql.literal(lately.datname).strip()));
    }

    @Override
    public void export(Counts now, MetricSink sink) {
        // Names with different bytes can be equal once decoded.
        Set<String> names = new HashSet<>();
        now.databases.stream()
                .filter(database -> names.add(database.datname))
                .limit(ConnectionAggregator.MOST_DATABASES)
                .forEach(database -> {
                    sink.counter(
                            "pgvigil_stat_database_xact_commit_total",
                            "Transactions committed, in the server's first " + ConnectionAggregator.MOST_DATABASES
                                    + " databases.",
                            (double) database.commits,
                            "datname",
                            database.datname);
                    sink.counter(
                            "pgvigil_stat_database_xact_rollback_total",
                            "Transactions rolled back, in the server's first " + ConnectionAggregator.MOST_DATABASES
                                    + " databases.",
                            (double) database.rollbacks,
                            "datname",
                            database.datname);
                });
    }

    private static Database database(Row row) {
        return new Database(
                String.valueOf(RawText.of(row, "datname", row.getString("encoding"))),
                row.get(OffsetDateTime.class, "reset_at"),
                row.getLong("commits"),
                row.getLong("rollbacks"));
    }
}
