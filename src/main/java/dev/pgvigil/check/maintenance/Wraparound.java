package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Growing;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How near the server is to wraparound of transaction IDs and of multixact IDs, where it stops to accept writes: the ages of its
 * databases.
 */
@Singleton
public final class Wraparound implements Check<Wraparound.Ages> {

    public static final String NAME = "wraparound";

    /** The age at which PostgreSQL 14 and newer refuses to assign IDs: half of their range, less 3 million. */
    static final long STOP = Integer.MAX_VALUE - 3_000_000L;

    static final Threshold DEGRADED = Threshold.ratio(
            NAME,
            "degraded",
            0.5,
            "Age of the oldest database over the age at which writes stop, from which a target is degraded");
    static final Threshold HIGH = Threshold.ratio(NAME, "high", 0.75, "The same, from which the severity is high");
    static final Threshold UNHEALTHY =
            Threshold.ratio(NAME, "unhealthy", 0.95, "The same, from which a target is unhealthy");
    static final Threshold OVERDUE = Threshold.count(
            NAME,
            "overdue-percent",
            150,
            "Age of the oldest database in percent of autovacuum_freeze_max_age, from which a target is degraded");

    private static final double REGULATED = 1.25;

    /** The databases that are read, oldest first. */
    static final int MOST = 50;

    private static final int MOST_SERIES = 20;

    private static final String SQL = """
            select {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding, d.datallowconn,
              pg_catalog.age(d.datfrozenxid)::int8 as transactions, pg_catalog.mxid_age(d.datminmxid)::int8 as multixacts,
              pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::int8 as next_transaction,
              pg_catalog.current_setting('autovacuum_freeze_max_age')::int8 as freeze_max_age,
              pg_catalog.current_setting('autovacuum_multixact_freeze_max_age')::int8 as multixact_freeze_max_age
            from pg_catalog.pg_database d
            order by greatest(pg_catalog.age(d.datfrozenxid), pg_catalog.mxid_age(d.datminmxid)) desc, d.datname
            limit\s""".replace("{datname}", RawText.sql("d.datname")) + MOST;

    /**
     * One database.
     *
     * @param allowsConnections whether sessions can connect to it; autovacuum can always
     * @param transactionsAge transactions since its oldest unfrozen transaction ID
     * @param multixactsAge multixacts since its oldest multixact ID
     */
    public record Database(String datname, boolean allowsConnections, long transactionsAge, long multixactsAge) {

        Map<String, Object> row() {
            return EvidenceRow.of(
                    "datname", datname,
                    "transactions_age", transactionsAge,
                    "multixacts_age", multixactsAge,
                    "allows_connections", allowsConnections);
        }
    }

    /**
     * The databases of a server.
     *
     * @param databases the oldest {@value #MOST}, oldest first
     * @param nextTransaction the next transaction ID, with its epoch
     * @param freezeMaxAge autovacuum_freeze_max_age
     * @param multixactFreezeMaxAge autovacuum_multixact_freeze_max_age
     */
    public record Ages(List<Database> databases, long nextTransaction, long freezeMaxAge, long multixactFreezeMaxAge)
            implements Growing {

        public Ages {
            databases = List.copyOf(databases);
        }

        /** Autovacuum keeps the ages below {@link #REGULATED} times its limits, so that growth below that says nothing. */
        @Override
        public List<Quantity> quantities() {
            return List.of(
                    new Quantity(
                            Resource.TRANSACTION_IDS,
                            "",
                            null,
                            age(Database::transactionsAge),
                            (double) STOP,
                            REGULATED * freezeMaxAge),
                    new Quantity(
                            Resource.MULTIXACT_IDS,
                            "",
                            null,
                            age(Database::multixactsAge),
                            (double) STOP,
                            REGULATED * multixactFreezeMaxAge));
        }

        private static Ages of(List<Line> lines) {
            Line first = lines.getFirst(); // a server has at least the database of this session
            return new Ages(
                    lines.stream().map(Line::database).toList(),
                    first.nextTransaction,
                    first.freezeMaxAge,
                    first.multixactFreezeMaxAge);
        }

        @Nullable
        Database oldest(ToLongFunction<Database> age) {
            return databases.stream().max(Comparator.comparingLong(age)).orElse(null);
        }

        long age(ToLongFunction<Database> age) {
            Database oldest = oldest(age);
            return oldest == null ? 0 : age.applyAsLong(oldest);
        }
    }

    private record Line(Database database, long nextTransaction, long freezeMaxAge, long multixactFreezeMaxAge) {}

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
        return Policy.every(Duration.ofMinutes(1));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DEGRADED, HIGH, UNHEALTHY, OVERDUE);
    }

    @Override
    public Uni<Ages> collect(Session session) {
        return session.rows(SQL, Wraparound::line).map(Ages::of);
    }

    /** The oldest database stops the writes of all, so that each target of the server has the findings. */
    @Override
    public List<Finding> evaluate(Ages now, Previous<Ages> previous, Target target) {
        WraparoundFindings findings = new WraparoundFindings(now, perSecond(now, previous), target.thresholds());
        return Stream.of(findings.transactions(), findings.multixacts(), findings.overdue())
                .flatMap(Optional::stream)
                .toList();
    }

    /** Transaction IDs assigned a second; 0 if not known. */
    private static double perSecond(Ages now, Previous<Ages> previous) {
        Ages last = previous.value();
        double seconds = previous.elapsed().toMillis() / 1000.0;
        return last == null || seconds <= 0 ? 0 : Math.max(0, now.nextTransaction - last.nextTransaction) / seconds;
    }

    @Override
    public void export(Ages now, MetricSink sink) {
        Set<String> names = new HashSet<>();
        now.databases.stream()
                .filter(database -> names.add(database.datname))
                .limit(MOST_SERIES)
                .forEach(database -> {
                    sink.gauge(
                            "pgvigil_wraparound_transactions_age",
                            "Transactions since the oldest unfrozen transaction ID of the " + MOST_SERIES
                                    + " oldest databases.",
                            (double) database.transactionsAge,
                            "datname",
                            database.datname);
                    sink.gauge(
                            "pgvigil_wraparound_multixacts_age",
                            "Multixacts since the oldest multixact ID of the " + MOST_SERIES + " oldest databases.",
                            (double) database.multixactsAge,
                            "datname",
                            database.datname);
                });
        sink.gauge(
                "pgvigil_wraparound_transactions_ratio",
                "Age of the oldest transaction ID over the age at which the server stops to accept writes.",
                now.age(Database::transactionsAge) / (double) STOP);
        sink.gauge(
                "pgvigil_wraparound_multixacts_ratio",
                "Age of the oldest multixact ID over the age at which the server stops to accept writes.",
                now.age(Database::multixactsAge) / (double) STOP);
        sink.gauge(
                "pgvigil_wraparound_freeze_ratio",
                "Age of the oldest transaction ID over autovacuum_freeze_max_age.",
                now.age(Database::transactionsAge) / (double) now.freezeMaxAge);
        sink.gauge(
                "pgvigil_wraparound_multixact_freeze_ratio",
                "Age of the oldest multixact ID over autovacuum_multixact_freeze_max_age.",
                now.age(Database::multixactsAge) / (double) now.multixactFreezeMaxAge);
        sink.counter("pgvigil_wraparound_transactions_total", "Transaction IDs that the server has assigned.", (double)
                now.nextTransaction);
    }

    private static Line line(Row row) {
        return new Line(
                new Database(
                        String.valueOf(RawText.of(row, "datname", row.getString("encoding"))),
                        row.getBoolean("datallowconn"),
                        row.getLong("transactions"),
                        row.getLong("multixacts")),
                row.getLong("next_transaction"),
                row.getLong("freeze_max_age"),
                row.getLong("multixact_freeze_max_age"));
    }
}
