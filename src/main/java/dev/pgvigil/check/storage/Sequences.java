package dev.pgvigil.check.storage;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
import dev.pgvigil.check.Growing;
import dev.pgvigil.check.HumanFormat;
import dev.pgvigil.check.MetricSink;
import dev.pgvigil.check.Policy;
import dev.pgvigil.check.Previous;
import dev.pgvigil.check.Scope;
import dev.pgvigil.check.Severity;
import dev.pgvigil.check.Status;
import dev.pgvigil.postgres.Session;
import dev.pgvigil.postgres.Sql;
import dev.pgvigil.target.Target;
import dev.pgvigil.target.Threshold;
import dev.pgvigil.target.Thresholds;
import io.smallrye.mutiny.Uni;
import io.vertx.sqlclient.Row;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How much of a database's sequences is used, up to what the column that they fill can hold, and the columns that refer to it.
 */
@Singleton
public final class Sequences implements Check<Sequences.Usage> {

    public static final String NAME = "sequences";

    static final Threshold USED = Threshold.ratio(NAME, "used", 0.75, "Share of a sequence from which it is a finding");
    static final Threshold DEGRADED =
            Threshold.ratio(NAME, "degraded", 0.9, "Share of a sequence from which a target is degraded");

    /** The sequences that are kept, nearest to their end first. */
    static final int MOST = 20;

    /** Share of a sequence from which its growth is forecast. */
    private static final double WORTH_FORECAST = 0.05;

    /** The sequences whose value is read. Reading one takes a lock on it, and the server has a limited number. */
    static final int READ = 500;

    // The owner comes from dependencies: resolving a default's expression or a regclass would wait behind DDL. A
    // sequence that is
    // locked exclusively, or for which somebody waits to do so, is left out.
    private static final String SQL =
            """
            with f as materialized (
              select k.confrelid, k.confkey[1] as attnum,
                pg_catalog.min(case a.atttypid when 21 then 32767 else 2147483647 end) as cap
              from pg_catalog.pg_constraint k
              join pg_catalog.pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
              where k.contype = 'f' and pg_catalog.cardinality(k.confkey) = 1 and a.atttypid in (21, 23)
              group by 1, 2),
            s as materialized (
              select c.oid, n.nspname, c.relname, q.seqincrement::float8 as increment, q.seqstart::float8 as start,
                q.seqmin::float8 as min, q.seqmax::float8 as max, t.oid as relid, tn.nspname as table_schema, t.relname as table_name,
                a.attname, coalesce(a.atttypid, q.seqtypid) as type, f.cap as referring,
                greatest(t.reltuples, 0)::float8 as tuples,
                pg_catalog.has_sequence_privilege(c.oid, 'select, usage') as readable,
                pg_catalog.count(*) over () as total
              from pg_catalog.pg_sequence q
              join pg_catalog.pg_class c on c.oid = q.seqrelid
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              left join lateral (
                select d.refobjid as relid, d.refobjsubid as attnum from pg_catalog.pg_depend d
                where d.classid = 1259 and d.objid = q.seqrelid and d.objsubid = 0 and d.refclassid = 1259
                  and d.deptype in ('a', 'i') and d.refobjsubid > 0
                union all
                select x.adrelid, x.adnum from pg_catalog.pg_depend d
                join pg_catalog.pg_attrdef x on x.oid = d.objid
                where d.classid = 2604 and d.refclassid = 1259 and d.refobjid = q.seqrelid and d.deptype = 'n'
                limit 1) o on true
              left join pg_catalog.pg_attribute a on a.attrelid = o.relid and a.attnum = o.attnum
              left join pg_catalog.pg_class t on t.oid = o.relid
              left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
              left join f on f.confrelid = o.relid and f.attnum = o.attnum
              where not q.seqcycle and c.relpersistence <> 't'
                and (c.relpersistence = 'p' or not pg_catalog.pg_is_in_recovery())
                and c.oid <> all (array(
                  select l.relation from pg_catalog.pg_lock_status() l
                  where l.locktype = 'relation' and l.mode = 'AccessExclusiveLock' and l.relation is not null))
              order by greatest(t.reltuples, 0) / case coalesce(a.atttypid, q.seqtypid) when 21 then 32767 when 23 then 2147483647
                else 9223372036854775807 end desc nulls last, c.oid
              limit {read}),
            v as (
              select s.*, case when s.readable then pg_catalog.pg_sequence_last_value(s.oid)::float8 end as last,
                least(case s.type when 21 then 32767 when 23 then 2147483647 else 9223372036854775807 end, s.max, s.referring) as top,
                greatest(case s.type when 21 then -32768 when 23 then -2147483648 else -9223372036854775808 end, s.min) as bottom
              from s),
            u as (
              select v.*, case when v.increment > 0 then v.top else v.bottom end as cap,
                case when v.last is not null or not v.readable
                  then coalesce(v.last, v.start + v.increment * v.tuples) end as value
              from v)
            select u.nspname::text, u.relname::text, u.table_schema::text, u.table_name::text, u.attname::text,
              pg_catalog.format_type(u.type, null) as type, u.referring is not null and u.referring = u.top as referring,
              u.readable, u.last, u.cap,
              case when u.increment > 0 then (u.value - u.bottom) / nullif(u.cap - u.bottom, 0)
                else (u.top - u.value) / nullif(u.top - u.cap, 0) end as ratio,
              pg_catalog.floor((u.cap - u.value) / u.increment) as remaining,
              u.total, pg_catalog.count(*) filter (where not u.readable) over () as unreadable
            from u
            order by ratio desc nulls last, u.oid
            limit {most}""".replace("{read}", String.valueOf(READ)).replace("{most}", String.valueOf(MOST));

    /**
     * One sequence that does not cycle.
     *
     * @param table the table with the column that it fills; null if there is none
     * @param type of the column, or else of the sequence
     * @param referring whether a column of a foreign key, whose type is smaller, is what limits it
     * @param readable whether pgvigil may read its value; if not, the rows of the table are counted, which may be fewer
     * @param last the last value; null if it was never used or cannot be read
     * @param cap the last value that fits
     * @param ratio the share that is used, from 0 to 1; null if it was never used
     * @param remaining how many values are left
     */
    public record Sequence(
            String schema,
            String name,
            @Nullable String tableSchema,
            @Nullable String table,
            @Nullable String column,
            String type,
            boolean referring,
            boolean readable,
            @Nullable Double last,
            double cap,
            @Nullable Double ratio,
            @Nullable Double remaining) {

        double used() {
            return ratio == null ? 0 : ratio;
        }

        boolean exhausted() {
            return remaining != null && remaining < 1 && readable;
        }

        String label() {
            return schema + "." + name;
        }

        String filled() {
            return table == null ? "" : " for " + tableSchema + "." + table + "." + column;
        }

        Map<String, Object> row() {
            return EvidenceRow.of(
                    "schema", schema,
                    "sequence", name,
                    "table", table == null ? null : tableSchema + "." + table,
                    "column", column,
                    "type", type,
                    "limited_by_foreign_key", referring ? true : null,
                    "last", last,
                    "cap", cap,
                    "used", ratio,
                    "remaining", remaining);
        }
    }

    /**
     * The sequences of a database.
     *
     * @param sequences nearest to their end first, at most {@value #MOST}
     * @param total how many there are that do not cycle
     * @param unreadable how many of the first {@value #READ} pgvigil may not read; their use is estimated from the rows of their
     *     tables
     */
    public record Usage(List<Sequence> sequences, long total, long unreadable) implements Growing {

        public Usage {
            sequences = List.copyOf(sequences);
        }

        @Override
        public List<Quantity> quantities() {
            return sequences.stream()
                    .filter(one -> one.readable && one.used() >= WORTH_FORECAST)
                    .map(one -> new Quantity(Resource.SEQUENCE, one.label(), null, one.used(), 1.0, 0))
                    .toList();
        }
    }

    private record Line(Sequence sequence, long total, long unreadable) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Scope scope() {
        return Scope.DATABASE;
    }

    @Override
    public Policy policy() {
        return Policy.every(Duration.ofMinutes(10)).with(Policy.Priority.LOW);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(USED, DEGRADED);
    }

    @Override
    public Uni<Usage> collect(Session session) {
        return session.rows(SQL, Sequences::line)
                .map(lines -> lines.isEmpty()
                        ? new Usage(List.of(), 0, 0)
                        : new Usage(
                                lines.stream().map(Line::sequence).toList(),
                                lines.getFirst().total,
                                lines.getFirst().unreadable));
    }

    @Override
    public List<Finding> evaluate(Usage now, Previous<Usage> previous, Target target) {
        Thresholds limits = target.thresholds();
        List<Sequence> exhausted =
                now.sequences.stream().filter(Sequence::exhausted).toList();
        List<Sequence> near = now.sequences.stream()
                .filter(one -> !one.exhausted() && one.used() >= limits.of(DEGRADED))
                .toList();
        List<Sequence> used = now.sequences.stream()
                .filter(one -> !one.exhausted() && one.used() >= limits.of(USED) && one.used() < limits.of(DEGRADED))
                .toList();
        return Stream.of(
                        finding(
                                "exhausted",
                                Status.UNHEALTHY,
                                Severity.CRITICAL,
                                "sequences are used up",
                                exhausted,
                                1),
                        finding(
                                "near-end",
                                Status.DEGRADED,
                                Severity.HIGH,
                                "sequences are nearly used up",
                                near,
                                limits.of(DEGRADED)),
                        finding(
                                "used",
                                Status.HEALTHY,
                                Severity.MEDIUM,
                                "sequences are used for the most part",
                                used,
                                limits.of(USED)))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> finding(
            String key, Status status, Severity severity, String title, List<Sequence> sequences, double limit) {
        return sequences.stream()
                .findFirst()
                .map(worst -> Finding.of(NAME, key, status, severity, title, observed(sequences, worst))
                        .threshold("from " + HumanFormat.percent(limit))
                        .evidence(sequences.stream()
                                .limit(EvidenceRow.MOST)
                                .map(Sequence::row)
                                .toList())
                        .cause(cause(worst))
                        .action(action(worst))
                        .expectedEffect("Inserts go on; without it they fail when the last value is used.")
                        .sql(sql(worst)));
    }

    private static String observed(List<Sequence> sequences, Sequence worst) {
        double remaining = worst.remaining == null ? 0 : Math.max(0, worst.remaining);
        return "%s; %s%s has used %s%s of what %s holds, %s values are left"
                .formatted(
                        HumanFormat.count(sequences.size(), "sequence"),
                        worst.label(),
                        worst.filled(),
                        worst.readable ? "" : "at least ",
                        HumanFormat.percent(worst.used()),
                        worst.referring ? "a column of type integer or smaller that refers to it" : worst.type,
                        HumanFormat.large(remaining));
    }

    private static String cause(Sequence worst) {
        return (worst.referring
                        ? "A foreign key refers to the column from one of a smaller type, which cannot hold later values. "
                        : "The type is too small for the number of rows that were ever inserted; values of failed and deleted rows count. ")
                + "When no value is left, each INSERT fails.";
    }

    private static String action(Sequence worst) {
        if (worst.table == null
                || (!worst.type.equals("smallint") && !worst.type.equals("integer") && !worst.referring)) {
            return "Raise MAXVALUE or the type of the sequence, if its users can hold larger values.";
        }
        return "Change the column to bigint, and all columns that refer to it. ALTER TYPE rewrites the table under an exclusive lock: for "
                + "a large table add a bigint column, fill it in batches with a trigger that keeps it up to date, and swap the two. As a "
                + "stopgap let the sequence go on with negative values, if the application allows them.";
    }

    private static String sql(Sequence worst) {
        if (worst.table == null || worst.referring) {
            return "alter sequence " + Sql.identifier(worst.schema) + "." + Sql.identifier(worst.name) + " as bigint";
        }
        String table = Sql.identifier(String.valueOf(worst.tableSchema)) + "." + Sql.identifier(worst.table);
        String column = Sql.identifier(String.valueOf(worst.column));
        return worst.type.equals("bigint")
                ? "alter sequence " + Sql.identifier(worst.schema) + "." + Sql.identifier(worst.name)
                        + " as bigint no maxvalue"
                : "alter table " + table + " alter column " + column + " type bigint";
    }

    @Override
    public void export(Usage now, MetricSink sink) {
        sink.gauge("pgvigil_sequences", "Sequences of the database that do not cycle.", (double) now.total);
        sink.gauge(
                "pgvigil_sequences_unreadable",
                "Sequences whose value pgvigil may not read; their use is estimated from the rows of their tables.",
                (double) now.unreadable);
        sink.gauge(
                "pgvigil_sequences_most_used_ratio",
                "Share that is used of the sequence nearest to its end.",
                now.sequences.stream().mapToDouble(Sequence::used).max().orElse(0));
        now.sequences.stream()
                .filter(one -> one.used() >= 0.5)
                .limit(10)
                .forEach(one -> sink.gauge(
                        "pgvigil_sequences_used_ratio",
                        "Share of a sequence that is used, from 0.5 on, of the 10 nearest to their end.",
                        one.used(),
                        "schemaname",
                        one.schema,
                        "sequencename",
                        one.name));
    }

    private static Line line(Row row) {
        Double ratio = row.getDouble("ratio");
        Sequence sequence = new Sequence(
                row.getString("nspname"),
                row.getString("relname"),
                row.getString("table_schema"),
                row.getString("table_name"),
                row.getString("attname"),
                row.getString("type"),
                row.getBoolean("referring"),
                row.getBoolean("readable"),
                row.getDouble("last"),
                row.getDouble("cap"),
                ratio == null ? null : Math.max(0, ratio),
                row.getDouble("remaining"));
        return new Line(sequence, row.getLong("total"), row.getLong("unreadable"));
    }
}
