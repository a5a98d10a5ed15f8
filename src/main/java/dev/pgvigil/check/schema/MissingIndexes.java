package dev.pgvigil.check.schema;

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
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Foreign keys without an index, where rows of the referenced table are deleted, and sequential scans of large tables. */
@Singleton
public final class MissingIndexes implements Check<MissingIndexes.Access> {

    public static final String NAME = "missing-indexes";

    static final Threshold KEY_SIZE = Threshold.bytes(
            NAME,
            "foreign-key-size",
            10 << 20,
            "Size of a table from which a foreign key without an index is a finding");
    static final Threshold SCAN_SIZE =
            Threshold.bytes(NAME, "scan-size", 100 << 20, "Size of a table from which sequential scans are a finding");
    static final Threshold SCANS =
            Threshold.count(NAME, "scans", 60, "Sequential scans of a large table in an hour that are a finding");

    /** A dump, or a report with parallel workers, scans a table a few times. */
    private static final long LEAST_SCANS = 6;

    /** A scan that ends early, as with LIMIT, reads less of the table. */
    private static final double WHOLE = 0.1;

    private static final int MOST = 50;

    // Sizes are those of the last vacuum or analyze, and need no lock on the table.
    private static final String SIZE = "c.relpages::int8 * pg_catalog.current_setting('block_size')::int8 as bytes";

    private static final String OWN = """
            n.nspname <> 'information_schema' and pg_catalog.left(n.nspname::text, 3) <> 'pg_' and c.relkind = 'r'
              and c.relpersistence <> 't' and c.relpages >= 128
            """;

    // A leading set of the columns of one index must be those of the key.
    private static final String KEYS =
            """
            select n.nspname::text as schemaname, c.relname::text as relname, f.conname::text as conname,
              f.confrelid::int8 as referenced, r.relname::text as referenced_name, {size},
              pg_catalog.pg_stat_get_tuples_deleted(f.confrelid) as deleted,
              (select pg_catalog.string_agg(pg_catalog.quote_ident(a.attname::text), ', ' order by k.place)
                from pg_catalog.unnest(f.conkey) with ordinality k (attnum, place)
                join pg_catalog.pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.attnum) as columns,
              pg_catalog.count(*) over () as total
            from pg_catalog.pg_constraint f
              join pg_catalog.pg_class c on c.oid = f.conrelid
              join pg_catalog.pg_class r on r.oid = f.confrelid
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where f.contype = 'f' and f.conparentid = 0 and {own}
              and pg_catalog.pg_stat_get_tuples_deleted(f.confrelid) > 0
              and not exists (select from pg_catalog.pg_index i where i.indrelid = f.conrelid
                and i.indisvalid and i.indisready and i.indpred is null
                and (i.indkey::int2[])[0:pg_catalog.cardinality(f.conkey) - 1] @> f.conkey)
            order by c.relpages desc limit {most}""".replace("{size}", SIZE).replace("{own}", OWN).replace("{most}", String.valueOf(MOST));

    private static final String TABLES =
            """
            select n.nspname::text as schemaname, c.relname::text as relname, {size}, c.reltuples::float8 as rows,
              pg_catalog.pg_stat_get_numscans(c.oid) as scans, pg_catalog.pg_stat_get_tuples_returned(c.oid) as rows_read
            from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where {own} and pg_catalog.pg_stat_get_numscans(c.oid) > 0
            order by c.relpages desc limit {most}""".replace("{size}", SIZE).replace("{own}", OWN).replace("{most}", String.valueOf(MOST));

    /**
     * A foreign key whose columns no index begins with.
     *
     * @param columns quoted, separated by commas
     * @param deleted rows deleted from the referenced table: each scans this one
     */
    public record Key(
            String schemaname,
            String relname,
            String conname,
            String columns,
            String referenced,
            long bytes,
            long deleted) {}

    /**
     * Sequential scans of a large table since its statistics began.
     *
     * @param rows estimated number of its rows
     * @param rowsRead by these scans
     */
    public record Table(String schemaname, String relname, long bytes, double rows, long scans, long rowsRead) {

        String label() {
            return schemaname + "." + relname;
        }
    }

    /**
     * What a database reads without an index.
     *
     * @param keys of the largest tables, at most 50
     * @param keysTotal number of all of them
     * @param tables the largest that were scanned, at most 50
     * @param statements that scan the most scanned of them; none where they are not known
     */
    public record Access(List<Key> keys, long keysTotal, List<Table> tables, List<ScanningStatement> statements) {

        public Access {
            keys = List.copyOf(keys);
            tables = List.copyOf(tables);
            statements = List.copyOf(statements);
        }

        Access(List<Key> keys, long keysTotal, List<Table> tables) {
            this(keys, keysTotal, tables, List.of());
        }
    }

    /** Scans of a table in an interval. */
    private record Scans(Table table, long number, double hourly, double rowsEach) {}

    private record Line(Key key, long total) {}

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
        return Policy.every(Duration.ofMinutes(10)).with(Policy.Priority.LOW).with(Policy.Deadline.SLOW_STATEMENT);
    }

    @Override
    public List<Threshold> thresholds() {
        return List.of(KEY_SIZE, SCAN_SIZE, SCANS);
    }

    @Override
    public Uni<Access> collect(Session session) {
        return collect(session, SCAN_SIZE.standard());
    }

    @Override
    public Uni<Access> collect(Session session, Target target) {
        return collect(session, target.thresholds().of(SCAN_SIZE));
    }

    private static Uni<Access> collect(Session session, double large) {
        return session.rows(KEYS, MissingIndexes::key)
                .flatMap(keys -> session.rows(TABLES, MissingIndexes::table)
                        .flatMap(tables -> ScanningStatements.of(
                                        session,
                                        tables.stream()
                                                .filter(table -> table.bytes >= large)
                                                .toList(),
                                        LEAST_SCANS)
                                .map(statements -> new Access(
                                        keys.stream().map(Line::key).toList(),
                                        keys.isEmpty() ? 0 : keys.getFirst().total,
                                        tables,
                                        statements))));
    }

    private static Line key(Row row) {
        Key key = new Key(
                row.getString("schemaname"),
                row.getString("relname"),
                row.getString("conname"),
                row.getString("columns"),
                row.getString("referenced_name"),
                row.getLong("bytes"),
                row.getLong("deleted"));
        return new Line(key, row.getLong("total"));
    }

    private static Table table(Row row) {
        return new Table(
                row.getString("schemaname"),
                row.getString("relname"),
                row.getLong("bytes"),
                row.getDouble("rows"),
                row.getLong("scans"),
                row.getLong("rows_read"));
    }

    @Override
    public List<Finding> evaluate(Access now, Previous<Access> previous, Target target) {
        return Stream.of(keys(now, target.thresholds()), scans(now, previous, target.thresholds()))
                .flatMap(Optional::stream)
                .toList();
    }

    private static Optional<Finding> keys(Access now, Thresholds limits) {
        List<Key> keys = now.keys.stream()
                .filter(key -> key.bytes >= limits.of(KEY_SIZE))
                .toList();
        return keys.stream()
                .findFirst()
                .map(key -> Finding.of(
                                NAME,
                                "foreign-key",
                                Status.HEALTHY,
                                Severity.LOW,
                                "a foreign key has no index",
                                "%s of %s.%s (%s)%s"
                                        .formatted(
                                                key.conname,
                                                key.schemaname,
                                                key.relname,
                                                HumanFormat.bytes(key.bytes),
                                                keys.size() == 1 ? "" : "; " + (keys.size() - 1) + " more"))
                        .threshold("from " + HumanFormat.bytes(limits.of(KEY_SIZE)))
                        .evidence(keys.stream()
                                .limit(EvidenceRow.MOST)
                                .map(one -> EvidenceRow.of(
                                        "schemaname",
                                        one.schemaname,
                                        "relname",
                                        one.relname,
                                        "conname",
                                        one.conname,
                                        "size_bytes",
                                        one.bytes,
                                        "referenced",
                                        one.referenced,
                                        "deleted_rows",
                                        one.deleted))
                                .toList())
                        .cause("Each row deleted from " + key.referenced + ", or whose key changes, scans "
                                + key.relname + " as a whole, with a lock held. Rows are deleted there: " + key.deleted
                                + " so far.")
                        .action("Create an index on the columns of the key.")
                        .sql("create index concurrently on %s.%s (%s)"
                                .formatted(Sql.identifier(key.schemaname), Sql.identifier(key.relname), key.columns))
                        .expectedEffect("Deletions from " + key.referenced + " no longer scan "
                                + HumanFormat.bytes(key.bytes) + "; writes to " + key.relname
                                + " have an index more to maintain."));
    }

    private static Optional<Finding> scans(Access now, Previous<Access> previous, Thresholds limits) {
        Access last = previous.value();
        double hours = previous.elapsed().toMillis() / 3_600_000.0;
        if (last == null || hours <= 0) {
            return Optional.empty();
        }
        Map<String, Table> before =
                last.tables.stream().collect(Collectors.toMap(Table::label, table -> table, (one, other) -> one));
        return now.tables.stream()
                .filter(table -> table.bytes >= limits.of(SCAN_SIZE))
                .filter(table -> before.containsKey(table.label()) || before.size() < MOST)
                .map(table -> scans(table, before.get(table.label()), hours))
                .filter(scans -> scans.number >= LEAST_SCANS
                        && scans.hourly >= limits.of(SCANS)
                        && scans.rowsEach >= WHOLE * Math.max(1, scans.table.rows))
                .max(Comparator.comparingDouble(scans -> scans.hourly * scans.table.bytes))
                .map(
                        scans -> new ScanAdvice(scans.table, now.statements)
                                .complete(
                                        Finding.of(
                                                        NAME,
                                                        "sequential-scans",
                                                        Status.HEALTHY,
                                                        Severity.MEDIUM,
                                                        "a large table is scanned as a whole",
                                                        "%s (%s): %s in the last %s, %s rows each"
                                                                .formatted(
                                                                        scans.table.label(),
                                                                        HumanFormat.bytes(scans.table.bytes),
                                                                        HumanFormat.count(
                                                                                scans.number, "sequential scan"),
                                                                        HumanFormat.seconds(hours * 3600),
                                                                        HumanFormat.large(scans.rowsEach)))
                                                .threshold("from %s an hour, tables from %s"
                                                        .formatted(
                                                                HumanFormat.number(limits.of(SCANS)),
                                                                HumanFormat.bytes(limits.of(SCAN_SIZE))))
                                                .expectedEffect(
                                                        "Up to " + HumanFormat.bytes(scans.hourly * scans.table.bytes)
                                                                + " an hour are no longer read; writes to the table have an index more to maintain.")));
    }

    /** Scans since then. A table that was not scanned before is not in the last observation; after a reset all are new. */
    private static Scans scans(Table table, @Nullable Table before, double hours) {
        boolean known = before != null && before.scans <= table.scans && before.rowsRead <= table.rowsRead;
        long number = table.scans - (known && before != null ? before.scans : 0);
        long rows = table.rowsRead - (known && before != null ? before.rowsRead : 0);
        return new Scans(table, number, number / hours, number == 0 ? 0 : (double) rows / number);
    }

    @Override
    public void export(Access now, MetricSink sink) {
        sink.gauge(
                "pgvigil_foreign_keys_without_index",
                "Foreign keys without an index, where rows of the referenced table are deleted.",
                (double) now.keysTotal);
    }
}
