package dev.pgvigil.check.activity;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.DatabaseListing;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.capacity.ConnectionAggregator;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Statements that the server cancelled: to resolve deadlocks, and on a standby so that replay can continue. */
@Singleton
public final class Conflicts implements Check<Conflicts.Counts> {

    public static final String NAME = "conflicts";
    static final Threshold DEADLOCKS =
            Threshold.count(NAME, "deadlocks", 1, "Deadlocks since the previous collection that are a finding");
    static final Threshold DEADLOCKS_DEGRADED =
            Threshold.count(NAME, "deadlocks-degraded", 10, "Deadlocks a minute that degrade the target");
    static final Threshold CANCELLED = Threshold.count(
            NAME,
            "cancelled",
            1,
            "Statements that replay on a standby cancelled since the previous collection that are a finding");
    static final Threshold CANCELLED_DEGRADED = Threshold.count(
            NAME,
            "cancelled-degraded",
            10,
            "Statements that replay on a standby cancels a minute that degrade the target");

    // The functions under pg_stat_database and pg_stat_database_conflicts, in one query.
    private static final String SQL = """
            select {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
              pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) as reset_at,
              pg_catalog.pg_stat_get_db_deadlocks(d.oid) as deadlocks,
              pg_catalog.pg_stat_get_db_conflict_tablespace(d.oid) as tablespace,
              pg_catalog.pg_stat_get_db_conflict_lock(d.oid) as lock,
              pg_catalog.pg_stat_get_db_conflict_snapshot(d.oid) as snapshot,
              pg_catalog.pg_stat_get_db_conflict_bufferpin(d.oid) as bufferpin,
              pg_catalog.pg_stat_get_db_conflict_startup_deadlock(d.oid) as deadlock,
              {slots} as active_logicalslot
            from pg_catalog.pg_database d
            order by d.datistemplate, d.datname
            limit\s""".replace("{datname}", RawText.sql("d.datname")) + DatabaseListing.MOST;

    /** The reasons why replay cancels statements on a standby, named as in {@code pg_stat_database_conflicts}. */
    public enum Kind {
        TABLESPACE,
        LOCK,
        SNAPSHOT,
        BUFFERPIN,
        DEADLOCK,
        ACTIVE_LOGICALSLOT;

        /** PostgreSQL's name. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The counters of one database.
     *
     * @param resetAt time of the last reset; null: never reset
     * @param cancelled sessions and statements that replay has ended, by kind
     */
    public record Database(
            String datname, @Nullable OffsetDateTime resetAt, long deadlocks, Map<Kind, Long> cancelled) {

        public Database {
            cancelled = Map.copyOf(cancelled);
        }

        long of(Kind kind) {
            return cancelled.getOrDefault(kind, 0L);
        }

        long allCancelled() {
            return cancelled.values().stream().mapToLong(Long::longValue).sum();
        }

        /** The increase since then; counters that were reset, or lost in a crash, began at zero. */
        Database since(Database before) {
            Database base = Objects.equals(resetAt, before.resetAt) ? before : new Database(datname, null, 0, Map.of());
            Map<Kind, Long> more = new EnumMap<>(Kind.class);
            cancelled.forEach((kind, number) -> more.put(kind, risen(number, base.of(kind))));
            return new Database(datname, resetAt, risen(deadlocks, base.deadlocks), more);
        }

        private static long risen(long now, long before) {
            return now < before ? now : now - before;
        }
    }

    /** The counters of all databases, since their statistics began. */
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

    /** A finding stays open for one interval. */
    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(1)).before(15, Duration.ofMinutes(10));
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DEADLOCKS, DEADLOCKS_DEGRADED, CANCELLED, CANCELLED_DEGRADED);
    }

    @Override
    public Uni<Counts> collect(Session session) {
        boolean slots = session.facts().major() >= 16;
        String sql =
                SQL.replace("{slots}", slots ? "pg_catalog.pg_stat_get_db_conflict_logicalslot(d.oid)" : "0::int8");
        return session.rows(sql, Conflicts::database).map(Counts::new);
    }

    @Override
    public List<Finding> evaluate(Counts now, Previous<Counts> previous, Target target) {
        Counts last = previous.value();
        if (last == null) {
            return List.of();
        }
        ConflictFindings advice = new ConflictFindings(target.thresholds(), previous.elapsed());
        return now.in(target.database()).stream()
                .flatMap(database -> last.in(target.database()).stream().map(database::since))
                .flatMap(lately -> Stream.of(advice.deadlocks(lately), advice.cancelled(lately)))
                .flatMap(Optional::stream)
                .toList();
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
                            "pgvigil_stat_database_deadlocks_total",
                            "Deadlocks that the server has resolved, in its first "
                                    + ConnectionAggregator.MOST_DATABASES + " databases.",
                            (double) database.deadlocks,
                            "datname",
                            database.datname);
                    sink.counter(
                            "pgvigil_stat_database_conflicts_total",
                            "Statements cancelled by replay on a standby, in its first "
                                    + ConnectionAggregator.MOST_DATABASES + " databases.",
                            (double) database.allCancelled(),
                            "datname",
                            database.datname);
                });
    }

    private static Database database(Row row) {
        Map<Kind, Long> cancelled = new EnumMap<>(Kind.class);
        for (Kind kind : Kind.values()) {
            cancelled.put(kind, row.getLong(kind.label()));
        }
        return new Database(
                String.valueOf(RawText.of(row, "datname", row.getString("encoding"))),
                row.get(OffsetDateTime.class, "reset_at"),
                row.getLong("deadlocks"),
                cancelled);
    }
}
