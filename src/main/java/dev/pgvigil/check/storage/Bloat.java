package dev.pgvigil.check.storage;

import dev.pgvigil.check.Check;
import dev.pgvigil.check.EvidenceRow;
import dev.pgvigil.check.Finding;
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
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An estimate of the empty space in the largest tables of a database, from the statistics of the planner. Tables whose statistics
 * pgvigil may not read are unknown.
 */
@Singleton
public final class Bloat implements Check<Bloat.Tables> {

    public static final String NAME = "bloat";

    static final Threshold RATIO = Threshold.ratio(
            NAME, "ratio", 0.5, "Estimated empty space over the size of a table from which it is a finding");
    static final Threshold BYTES = Threshold.bytes(
            NAME, "bytes", 1L << 30, "Estimated empty space of a table from which its share is a finding");

    static final int MOST = 50;

    /** Smaller tables are not looked at: 1 MiB in pages. */
    private static final int LEAST_PAGES = 128;

    // A row is its header of 24 bytes with a pointer of 4, and its columns, aligned to 8; a page has a header of 24.
    private static final String SQL =
            """
            with c as materialized (
              select c.oid, n.nspname, c.relname, c.reltuples::float8 as tuples, c.relpages::float8 as pages, c.relnatts,
                coalesce((select o.option_value::float8 from pg_catalog.pg_options_to_table(c.reloptions) o
                  where o.option_name = 'fillfactor'), 100) as fillfactor,
                pg_catalog.current_setting('block_size')::float8 as block
              from pg_catalog.pg_class c
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
              where c.relkind in ('r', 'm') and c.relpersistence <> 't' and c.relpages >= {least}
              order by c.relpages desc, c.oid
              limit {most}),
            w as (
              select c.oid, pg_catalog.sum((1 - s.null_frac) * s.avg_width)::float8 as width, pg_catalog.count(*) as known,
                (select pg_catalog.count(*) from pg_catalog.pg_attribute a
                  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
              from c join pg_catalog.pg_stats s
                on s.schemaname = c.nspname and s.tablename = c.relname and not s.inherited
              group by c.oid)
            select c.nspname::text as nspname, c.relname::text as relname, (c.pages * c.block)::int8 as bytes,
              case when w.known = w.columns and c.tuples >= 0
                then greatest(0, c.pages - pg_catalog.ceil(
                  c.tuples * (28 + pg_catalog.ceil(w.width / 8) * 8) / ((c.block - 24) * c.fillfactor / 100))) * c.block
                end::int8 as empty
            from c left join w on w.oid = c.oid
            order by empty desc nulls last, c.oid""".replace("{least}", String.valueOf(LEAST_PAGES)).replace("{most}", String.valueOf(MOST));

    /**
     * One table.
     *
     * @param bytes its size at the last vacuum or analyze, without indexes and TOAST table
     * @param emptyBytes estimated; null if its statistics are missing or may not be read
     */
    public record Table(
            String schema,
            String name,
            long bytes,
            @Nullable Long emptyBytes) {

        long empty() {
            return emptyBytes == null ? 0 : emptyBytes;
        }

        double ratio() {
            return bytes <= 0 ? 0 : empty() / (double) bytes;
        }

        Map<String, Object> row() {
            return EvidenceRow.of("schema", schema, "table", name, "bytes", bytes, "empty_bytes", emptyBytes);
        }
    }

    /** The largest tables of a database, at most {@value #MOST}, most empty space first. */
    public record Tables(List<Table> tables) {

        public Tables {
            tables = List.copyOf(tables);
        }

        long unknown() {
            return tables.stream().filter(table -> table.emptyBytes == null).count();
        }
    }

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
        return Policy.every(Duration.ofMinutes(60)).with(Policy.Priority.LOW).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(RATIO, BYTES);
    }

    @Override
    public Uni<Tables> collect(Session session) {
        return session.rows(SQL, Bloat::table).map(Tables::new);
    }

    /** Advice: empty space is used again. */
    @Override
    public List<Finding> evaluate(Tables now, Previous<Tables> previous, Target target) {
        Thresholds limits = target.thresholds();
        List<Table> tables = now.tables.stream()
                .filter(table -> table.ratio() >= limits.of(RATIO) && table.empty() >= limits.of(BYTES))
                .sorted(Comparator.comparingLong(Table::empty).reversed())
                .toList();
        return tables.stream().findFirst().stream()
                .map(worst -> finding(tables, worst, limits))
                .toList();
    }

    private static Finding finding(List<Table> tables, Table worst, Thresholds limits) {
        return Finding.of(
                        NAME,
                        "tables",
                        Status.HEALTHY,
                        Severity.MEDIUM,
                        "tables are mostly empty space",
                        "%s; %s.%s has about %s of empty space, %s of %s"
                                .formatted(
                                        HumanFormat.count(tables.size(), "table"),
                                        worst.schema,
                                        worst.name,
                                        HumanFormat.bytes(worst.empty()),
                                        HumanFormat.percent(worst.ratio()),
                                        HumanFormat.bytes(worst.bytes)))
                .threshold("from %s and %s"
                        .formatted(HumanFormat.percent(limits.of(RATIO)), HumanFormat.bytes(limits.of(BYTES))))
                .evidence(
                        tables.stream().limit(EvidenceRow.MOST).map(Table::row).toList())
                .cause(
                        "Many rows were deleted or updated at once, or vacuum was held back for long (see the checks vacuum and "
                                + "xmin-horizon). Vacuum makes the space usable again for the table, but does not return it to the disk.")
                .action(
                        "Leave it if the table will grow again. Otherwise measure with pgstattuple_approx, then rewrite the table with "
                                + "pg_repack or pg_squeeze, or with VACUUM FULL, which locks it.")
                .sql("vacuum (full, verbose) " + Sql.identifier(worst.schema) + "." + Sql.identifier(worst.name))
                .expectedEffect("Returns about "
                        + HumanFormat.bytes(
                                tables.stream().mapToLong(Table::empty).sum())
                        + " to the disk; scans of the tables read that much less.");
    }

    @Override
    public void export(Tables now, MetricSink sink) {
        sink.gauge(
                "pgvigil_bloat_empty_bytes",
                "Estimated empty space in the " + MOST + " largest tables whose statistics can be read.",
                (double) now.tables.stream().mapToLong(Table::empty).sum());
        sink.gauge(
                "pgvigil_bloat_unknown_tables",
                "Tables among the " + MOST + " largest whose statistics are missing or may not be read.",
                (double) now.unknown());
    }

    private static Table table(Row row) {
        return new Table(
                row.getString("nspname"), row.getString("relname"), row.getLong("bytes"), row.getLong("empty"));
    }
}
