package dev.pgvigil.check.maintenance;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.RawText;
import dev.pgvigil.check.Requirements;
import dev.pgvigil.check.Scope;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.target.ExpectedRole;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What keeps vacuum from removing dead rows: the oldest transaction that something may still see, and who holds it.
 */
@Singleton
public final class XminHorizon implements Check<XminHorizon.Horizon> {

    public static final String NAME = "xmin-horizon";

    static final Threshold DEGRADED = Threshold.count(
            NAME, "degraded", 10_000_000, "Age in transactions of the oldest holder from which a target is degraded");
    static final Threshold HIGH =
            Threshold.count(NAME, "high", 100_000_000, "Age in transactions from which the severity is high");

    /** The holders that are read, oldest first. */
    static final int MOST = 50;

    // Vacuums ignore each other, and whatever a concurrent index build sees: see PROC_IN_VACUUM and PROC_IN_SAFE_IC.
    private static final String SQL = """
            select h.* from (
              select case s.backend_type when 'walsender' then 'STANDBY' else 'SESSION' end as kind, s.pid,
                null::bytea as name, {datname} as datname, pg_catalog.pg_encoding_to_char(d.encoding)::text as encoding,
                {usename} as usename, s.application_name, coalesce(s.state, s.backend_type) as state,
                greatest(pg_catalog.age(s.backend_xid), pg_catalog.age(s.backend_xmin))::int8 as age,
                case s.backend_type when 'walsender' then null
                  else extract(epoch from pg_catalog.clock_timestamp() - s.xact_start)::float8 end as seconds
              from pg_catalog.pg_stat_get_activity(null) s
              left join pg_catalog.pg_database d on d.oid = s.datid
              where s.pid <> pg_catalog.pg_backend_pid() and (s.backend_xid is not null or s.backend_xmin is not null)
                and s.pid not in (select p.pid from pg_catalog.pg_stat_get_progress_info('VACUUM') p)
                and s.pid not in (select p.pid from pg_catalog.pg_stat_get_progress_info('CREATE INDEX') p
                  where p.param1 in (2, 4))
              union all
              select 'PREPARED', null, {gid}, {datname}, pg_catalog.pg_encoding_to_char(d.encoding)::text, {owner}, null, 'prepared',
                pg_catalog.age(x.transaction)::int8,
                extract(epoch from pg_catalog.clock_timestamp() - x.prepared)::float8
              from pg_catalog.pg_prepared_xact() x left join pg_catalog.pg_database d on d.oid = x.dbid
              union all
              select v.kind, r.active_pid, {slot}, null, 'UTF8', null, null,
                case when r.active then 'active' else 'inactive' end, pg_catalog.age(v.xmin)::int8, {inactive}
              from pg_catalog.pg_get_replication_slots() r,
                lateral (values ('SLOT', r.xmin), ('SLOT_CATALOG', r.catalog_xmin)) v (kind, xmin)
              where v.xmin is not null
            ) h order by h.age desc limit\s""".replace("{datname}", RawText.sql("d.datname"))
                    .replace("{usename}", RawText.sql("pg_catalog.pg_get_userbyid(s.usesysid)"))
                    .replace("{owner}", RawText.sql("pg_catalog.pg_get_userbyid(x.ownerid)"))
                    .replace("{gid}", RawText.sql("x.gid"))
                    .replace("{slot}", RawText.sql("r.slot_name"))
            + MOST;

    private static final String INACTIVE =
            "extract(epoch from pg_catalog.clock_timestamp() - r.inactive_since)::float8";

    /** What can hold back the horizon. */
    public enum Kind {
        /** A transaction of a session. */
        SESSION,
        /** A prepared transaction. */
        PREPARED,
        /** Queries on a standby with hot_standby_feedback that uses no slot. */
        STANDBY,
        /** Queries on a standby with hot_standby_feedback, kept by its replication slot, also while it is away. */
        SLOT,
        /** A logical slot: it holds back only the rows of system catalogs. */
        SLOT_CATALOG;

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * One holder.
     *
     * @param name of the slot or prepared transaction; null for a session
     * @param datname null: it holds back all databases
     * @param age in transactions
     * @param seconds since when: the age of the transaction, or how long the slot is inactive (PostgreSQL 17 and newer); null if
     *     not known
     */
    public record Holder(
            Kind kind,
            @Nullable Integer pid,
            @Nullable String name,
            @Nullable String datname,
            @Nullable String usename,
            @Nullable String applicationName,
            String state,
            long age,
            @Nullable Double seconds) {

        /** Whether it holds back vacuum of tables in this database. */
        boolean concerns(String database) {
            return switch (kind) {
                case SESSION, PREPARED -> datname == null || datname.equals(database);
                case STANDBY, SLOT, SLOT_CATALOG -> true;
            };
        }

        Map<String, Object> row() {
            return EvidenceRow.of(
                    "kind", kind.label(),
                    "pid", pid,
                    "name", name,
                    "datname", datname,
                    "usename", usename,
                    "application_name", applicationName,
                    "state", state,
                    "age", age,
                    "seconds", seconds);
        }
    }

    /**
     * The holders of a server.
     *
     * @param holders the oldest {@value #MOST}, oldest first
     */
    public record Horizon(List<Holder> holders) {

        public Horizon {
            holders = List.copyOf(holders);
        }

        long age(Kind kind) {
            return holders.stream()
                    .filter(holder -> holder.kind == kind)
                    .mapToLong(Holder::age)
                    .max()
                    .orElse(0);
        }

        /** The oldest of them that concern a database, oldest first. */
        List<Holder> of(String database, boolean catalog) {
            return holders.stream()
                    .filter(holder -> (holder.kind == Kind.SLOT_CATALOG) == catalog && holder.concerns(database))
                    .sorted(Comparator.comparingLong(Holder::age).reversed())
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
    public Policy policy() {
        return Policy.every(Duration.ofSeconds(15));
    }

    /** On a standby nothing is vacuumed; what its sessions hold back is seen on the primary. */
    @Override
    public Requirements requirements() {
        return new Requirements(14, ExpectedRole.PRIMARY, null, true);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(DEGRADED, HIGH);
    }

    @Override
    public Uni<Horizon> collect(Session session) {
        String sql = SQL.replace("{inactive}", session.facts().major() >= 17 ? INACTIVE : "null::float8");
        return session.rows(sql, XminHorizon::holder).map(Horizon::new);
    }

    @Override
    public List<Finding> evaluate(Horizon now, Previous<Horizon> previous, Target target) {
        XminHorizonFindings findings = new XminHorizonFindings(target.thresholds());
        return Stream.of(
                        findings.held(now.of(target.database(), false)),
                        findings.catalog(now.of(target.database(), true)))
                .flatMap(Optional::stream)
                .toList();
    }

    @Override
    public void export(Horizon now, MetricSink sink) {
        for (Kind kind : Kind.values()) {
            sink.gauge(
                    "pgvigil_xmin_horizon_age",
                    "Age in transactions of the oldest holder of each kind that keeps vacuum from removing dead rows.",
                    (double) now.age(kind),
                    "holder",
                    kind.label());
        }
    }

    private static Holder holder(Row row) {
        String encoding = row.getString("encoding");
        Double seconds = row.getDouble("seconds");
        return new Holder(
                Kind.valueOf(row.getString("kind")),
                row.getInteger("pid"),
                RawText.of(row, "name", encoding),
                RawText.of(row, "datname", encoding),
                RawText.of(row, "usename"),
                row.getString("application_name"),
                String.valueOf(row.getString("state")),
                row.getLong("age"),
                seconds == null ? null : Math.max(0, Math.round(seconds * 1000) / 1000.0));
    }
}
